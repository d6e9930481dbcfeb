// Which of the two architectures bunc runs on. Bun folds `process.arch` when it compiles, so the other one's tables
// are left out of the binary.

/** Bun's name of this machine's architecture. */
export const MACHINE: 'x64' | 'arm64' = process.arch === 'arm64' ? 'arm64' : 'x64'

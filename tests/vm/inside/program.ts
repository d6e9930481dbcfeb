// Runs the programs that the tests inside a machine drive, and gives what they say. Judges nothing.

import { test } from 'bun:test'

/** How a program ended; `code` is 128 plus the number of the signal where a signal ended it. */
export type Ended = { readonly code: number; readonly output: string }

/** Far above what an engine takes in User-mode Linux. */
const LIMIT_MS = 60_000

/**
 * Runs a program to its end, both outputs together.
 * @param argv the program and its arguments
 * @param input what it reads from its standard input
 * @throws Error when it does not end in a minute
 */
export function call(argv: readonly string[], input = ''): Ended {
  const shell = ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv]
  const { exitCode, stdout, exitedDueToTimeout } = Bun.spawnSync(shell, {
    stdin: Buffer.from(input),
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const output = stdout.toString().trim()
  if (exitedDueToTimeout) throw new Error(`Cannot wait for "${argv.join(' ')}" any longer: ${output}`)
  return { code: exitCode, output }
}

/**
 * Runs a program that must succeed.
 * @param argv the program and its arguments
 * @returns its output, trimmed
 * @throws Error with its output when it does not
 */
export function ok(argv: readonly string[]): string {
  const { code, output } = call(argv)
  if (code !== 0) throw new Error(`Cannot go on: "${argv.join(' ')}" gave exit code ${code}: ${output}`)
  return output
}

/** The runtime under test, as BUNC_VM_RUNTIME names it. */
export function runtimePath(): string {
  const path = process.env['BUNC_VM_RUNTIME']
  if (path === undefined) throw new Error('Cannot tell which runtime to test: BUNC_VM_RUNTIME is not set')
  return path
}

/** Who makes the cgroups. */
export const DRIVER = 'systemd'

/**
 * Declares a test of what only bunc does; for its peers the test is left out, with the reason in its name.
 * @param name what bunc does
 * @param body the test
 */
export function onlyBunc(name: string, body: () => void | Promise<void>) {
  const tested = runtimePath().split('/').at(-1)
  if (tested === 'bunc') test(name, body)
  else test.skip(`${name} [skipped: ${tested} does not]`, body)
}

/**
 * Makes the tarball of an image that holds a static busybox and nothing else.
 * @param file where
 */
export function makeImage(file: string) {
  const root = `${file}.root`
  ok(['mkdir', '-p', `${root}/bin`, `${root}/etc`, `${root}/tmp`])
  ok(['cp', '/usr/bin/busybox', `${root}/bin/busybox`])
  ok(['/usr/bin/busybox', 'chroot', root, '/bin/busybox', '--install', '-s', '/bin'])
  ok(['tar', '-C', root, '-cf', file, '.'])
}

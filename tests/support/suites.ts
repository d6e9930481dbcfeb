// Table: the suites in the order in which `npm test` runs them, cheapest first, so that a broken type is known before a
// machine has booted. No code.

/** A step of `npm test`: either a command line of bun, or the tests below a path of tests/. */
export interface Suite {
  readonly command?: readonly string[]
  readonly tests?: string
  /** Whether the tests drive dist/bunc, which is built before the first such suite. */
  readonly binary?: boolean
  /** Seconds after which a single test fails; only its file's limit ends one that blocks its thread. */
  readonly perTest: number
  /** Which failed tests get a second try, because programs that are not ours have times of their own; see retry.ts. */
  readonly again?: RegExp
  /** Seconds after which the process of a whole file (or the command) is killed. */
  readonly perFile: number
}

/** The suites by name. */
export const SUITES = {
  format: { command: ['fmt', '--check', '--no-script'], perTest: 60, perFile: 60 },
  types: { command: ['check', '-b', '--no-script'], perTest: 120, perFile: 120 },
  architecture: { tests: 'architecture.test.ts', perTest: 30, perFile: 60 },
  unit: { tests: 'unit', perTest: 30, perFile: 120 },
  transcripts: { tests: 'transcripts', perTest: 30, perFile: 120 },
  build: { command: ['compile.ts'], perTest: 300, perFile: 300 },
  container: { tests: 'container', binary: true, perTest: 60, perFile: 300, again: /^(?:runc|crun): / },
  kernels: { tests: 'kernels', binary: true, perTest: 60, perFile: 300 },
  attacks: { tests: 'attacks', binary: true, perTest: 60, perFile: 300 },
  faults: { tests: 'faults', binary: true, perTest: 1800, perFile: 3600 },
  fuzz: { tests: 'fuzz', binary: true, perTest: 7_200, perFile: 10_800 },
  load: { tests: 'load', binary: true, perTest: 3_600, perFile: 10_800 },
  engines: { tests: 'engines', binary: true, perTest: 120, perFile: 1_200, again: /^/ },
  // The first run of a week builds the machines' images.
  vm: { tests: 'vm', binary: true, perTest: 600, perFile: 1200, again: /^/ },
  release: { tests: 'release', perTest: 600, perFile: 1200 },
  bench: { tests: 'bench', binary: true, perTest: 300, perFile: 600 },
} as const satisfies Readonly<Record<string, Suite>>

/** The name of a row. */
export type SuiteName = keyof typeof SUITES

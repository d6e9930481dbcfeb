// Who may import whom inside src/: one row per folder or file directly below it. A module that is in no row is refused, so
// that a new folder gets a place in the picture before it gets users. `config` may be read by all and is in no row.

/** The parts that do one thing to a container each; siblings, which are passed what they need of each other. */
const PARTS = ['process', 'namespaces', 'rootfs', 'cgroups', 'security', 'console', 'hooks'] as const
/** What is done with a container as a whole. */
const USES = [
  'container',
  'events',
  'checkpoint',
  'features',
  'validate',
  'doctor',
  'engines',
  'explain',
  'selftest',
  'snapshot',
] as const

/** What a folder of src/ may import besides itself, `config`, COMMON and #ffi. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli', 'practice.ts'],
  'practice.ts': ['cli', 'container', 'practice-bundle.ts'],
  'practice-bundle.ts': [],
  cli: USES,
  container: PARTS,
  // These work on what `container` has saved, and on the parts directly.
  events: ['container', ...PARTS],
  checkpoint: ['container', ...PARTS],
  // Reports what the tables of the parts hold, so that there is no second list.
  features: [...PARTS, 'bpf', 'checkpoint'],
  doctor: ['container', 'engines', 'snapshot', ...PARTS],
  engines: ['process'],
  explain: ['container', ...PARTS],
  selftest: ['container', ...PARTS],
  // Knows an executable, and nothing of containers.
  snapshot: ['practice-bundle.ts'],
  // Asks the parts what they would refuse.
  validate: PARTS,
  process: [],
  namespaces: [],
  rootfs: [],
  cgroups: ['bpf'],
  security: ['bpf'],
  console: [],
  hooks: [],
  bpf: [],
}

/** Files directly in src/ that anyone may import, and that import nothing but #ffi and each other. */
export const COMMON: readonly string[] = [
  'build.ts',
  'failure.ts',
  'files.ts',
  'hint-table.ts',
  'hints.ts',
  'log-daemons.ts',
  'log.ts',
  'output.ts',
  'paint.ts',
  'program.ts',
]

// What bunc does before a snapshot is taken of it: all that would cost time again in each process. The hot commands are
// loaded, and done once, so that the engine has linked them; as root with a container, which nothing is left of.

import { read, readlinkat } from '#ffi/calls/file.ts'
import { execveat, exit, getpid, setDumpable } from '#ffi/calls/process.ts'
import { FIXED_ADDRESSES, fixAddresses } from '#ffi/calls/scheduling.ts'
import { inherited } from '#ffi/perform/here.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { COLD } from '#ffi/snapshot/layout.ts'
import { suspend } from '#ffi/snapshot/suspend.ts'
import { SLEEP } from './build.ts'
import { runCommandLine } from './cli/command-line.ts'
import { startCopyWith } from './cli/environment.ts'
import { removeTree } from './files.ts'
import { print } from './output.ts'
import { lives, makeBundle, practiceBundle, writeConfig } from './practice-bundle.ts'

/** Parts that are brought in when they are needed, by commands that a snapshot is for. */
const PARTS = [
  () => import('./cli/process-verbs.ts'),
  () => import('./cli/steering-verbs.ts'),
  () => import('./cli/terminal.ts'),
  () => import('./cli/trace-line.ts'),
  () => import('./cli/unexecuted.ts'),
  () => import('./container/notify.ts'),
  () => import('./container/saved-config.ts'),
  () => import('./hints.ts'),
  () => import('./log-daemons.ts'),
  () => import('#ffi/perform/remounting.ts'),
] as const

/**
 * How often all is done: until what a command calls is compiled (src/snapshot/engine.ts), and each place that calls or reads
 * something has found the shortest way to it.
 */
const ROUNDS = 20
/** After so many rounds what they have left is collected, for it would be copied. */
const COLLECTED_EVERY = 4
/** The last rounds fill what was collected: a copy that has to fill holes writes to more pages than one that goes on behind. */
const FILLING = 5

/** What a process begins with that wakes up. */
export interface Woken {
  readonly argv: readonly string[]
  /** Executes this program again, without the snapshot. */
  readonly anew: () => void
}

/** Does what takes long. Takes the addresses that follow SLEEP on the command line. */
export async function practise(kernel: Kernel, addresses: readonly string[]): Promise<void> {
  const { here } = kernel
  // The addresses of the copy must be free in every process that is started in the usual way.
  if (here(fixAddresses()) !== FIXED_ADDRESSES)
    here(execveat('cwd', '/proc/self/exe', ['bunc', SLEEP, ...addresses], words(process.env)))
  // Nobody else's is to be in the copies.
  process.env = {}
  startCopyWith(['A=b'])
  for (const load of PARTS) await load()
  for (let round = 1; round <= ROUNDS; round++) {
    await rehearse(kernel)
    if (round % COLLECTED_EVERY === 0 && round <= ROUNDS - FILLING) Bun.gc(true)
  }
}

/**
 * Goes to sleep. Takes those addresses; gives what a process has begun with that wakes up. It has done nothing yet that
 * takes a turn of the engine's, for each of them costs as much as a dozen calls when it is the first.
 */
export function asleep({ here }: Kernel, [suspended, processor]: readonly string[]): Woken {
  const started = suspend({ suspend: Number(suspended), processor: Number(processor) }, (told) =>
    print(here, `${JSON.stringify(told)}\n`),
  )
  if (started === undefined) here(exit(0))
  const { argv = [], env = [] } = started ?? {}
  startCopyWith(env)
  return { argv: argv.slice(1), anew: () => here(execveat('cwd', '/proc/self/exe', argv, [...env, COLD])) }
}

function words(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(variables).map(([name, value = '']) => `${name}=${value}`)
}

/** Does the hot commands. Where this user may not make containers they fail, and the snapshot has less. */
async function rehearse(kernel: Kernel): Promise<void> {
  const { here } = kernel
  // Where a program may be executed: /tmp may be mounted noexec.
  const bundle = practiceBundle(here(readlinkat('cwd', '/proc/self/exe')))
  try {
    makeBundle(here, bundle)
    for (const { config, commands } of lives(bundle, `bunc-snapshot-${here(getpid())}`)) {
      writeConfig(here, bundle, config)
      for (const { words } of commands) await runCommandLine(kernel, words)
    }
  } finally {
    removeTree(here, bundle)
  }
}

/** Does a command, and waits until somebody has looked at its memory. */
export async function watched(kernel: Kernel, argv: readonly string[]): Promise<void> {
  const { here } = kernel
  await runCommandLine(kernel, argv)
  // Who looks is not its tracer.
  here(setDumpable(1))
  here(read(inherited(0, 'stdin'), 1))
  here(exit(0))
}

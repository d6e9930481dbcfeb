// What of a snapshot each command writes to: copies do them, and are looked at when they have. The same pages of it are
// written to each time, and prefault.ts of ffi/snapshot has them written to at less cost.

import { memfdCreate, pipe } from '#ffi/calls/descriptor.ts'
import { readlinkat } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { endChild } from '#ffi/perform/spawn.ts'
import type { Prefault } from '#ffi/snapshot/prefault.ts'
import { SLEEP } from '#src/build.ts'
import { removeTree } from '#src/files.ts'
import { lives, makeBundle, practiceBundle, writeConfig } from '#src/practice-bundle.ts'
import { isAsleep, type Patience, watch } from './asleep.ts'
import { runsOf, Sleeper } from './memory.ts'

const PATIENCE: Patience = { between: 2, most: 10_000 }

/**
 * Takes the path of an executable with a snapshot, gives the pages of it that each command writes to, whatever the config.
 * Of a command that could not be looked at there are none.
 */
export function observe(kernel: Kernel, executable: string): readonly Prefault[] {
  const { here } = kernel
  const bundle = practiceBundle(executable)
  const written = new Map<string, ReadonlySet<number>>()
  try {
    makeBundle(here, bundle)
    for (const { config, commands } of lives(bundle, `bunc-snapshot-${here(getpid())}`)) {
      writeConfig(here, bundle, config)
      for (const { name, words } of commands) {
        const pages = pagesWritten(kernel, executable, words)
        if (pages !== undefined) written.set(name, written.get(name)?.intersection(pages) ?? pages)
      }
    }
  } finally {
    removeTree(here, bundle)
  }
  return [...written].map(([word, pages]) => ({ word, runs: runsOf([...pages]) }))
}

/** Has a copy do a command, gives the pages of the file that it has written to; undefined where it is no copy. */
function pagesWritten(kernel: Kernel, path: string, words: readonly string[]): ReadonlySet<number> | undefined {
  const { here } = kernel
  using output = here(memfdCreate('output', ['CLOEXEC']))
  // While the other end is open, it sleeps.
  const [ends, held] = here(pipe(['CLOEXEC']))
  using stdin = ends
  using _held = held
  const child = kernel.start({ path, args: ['bunc', SLEEP, ...words], env: [], stdio: [stdin, output, output] })
  using pidfd = child.pidfd
  try {
    const sleeping = watch(here, child, PATIENCE, () =>
      isAsleep(here, child.pid) ? new Sleeper(here, child.pid) : undefined,
    )
    if (sleeping === 'ended' || sleeping === 'late') return undefined
    using sleeper = sleeping
    // As its mappings name it.
    const file = here(readlinkat('cwd', `/proc/${child.pid}/exe`))
    const own = sleeper.regions().filter(({ name, access }) => name === file && access.startsWith('rw'))
    return new Set(own.flatMap((region) => sleeper.ownAddresses(region)))
  } finally {
    endChild(here, pidfd)
  }
}

// The reader of saved configs, brought in only where it is needed: it is a large part of the program, and most containers
// have no hooks that would have to be looked up again.

import type { SavedConfig } from '#src/container/saved-config.ts'
import { loadState } from '#src/container/state.ts'
import { directoryOf } from '#src/container/store.ts'
import type { World } from './verb.ts'

/** Takes names of containers, gives the reader that the use-cases will ask if any of these has hooks. */
export async function savedConfigFor({ kernel, store }: World, ids: readonly string[]): Promise<SavedConfig> {
  if (!ids.some((id) => hasHooks(kernel.here, store, id))) return noReader
  return (await import('#src/container/saved-config.ts')).savedConfig
}

function hasHooks(sys: World['kernel']['here'], store: string, id: string): boolean {
  try {
    return (loadState(sys, directoryOf(store, id))?.hooks.length ?? 0) > 0
  } catch {
    // What is wrong with it is said by the use-case itself, unless all is well by then: so the reader is brought.
    return true
  }
}

function noReader(): never {
  throw new RangeError('No config is read for a container without hooks')
}

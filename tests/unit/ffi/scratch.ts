// A directory of a test's own, removed when its scope ends.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The directory. */
export interface Scratch extends Disposable {
  /** Takes a name, gives its path below the directory; without a name the directory's own. */
  path(name?: string): string
}

/** Makes the directory. */
export function scratch(): Scratch {
  const directory = mkdtempSync(join(tmpdir(), 'bunc-test-ffi-'))
  return {
    path: (name) => (name === undefined ? directory : join(directory, name)),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

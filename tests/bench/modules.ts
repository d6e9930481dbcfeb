// How many modules of bunc are evaluated before a command does anything: what an entry imports, and what that imports, as
// long as the imports are static. A module that is imported with `await import()` counts for whoever asks for it.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const transpiler = new Bun.Transpiler({ loader: 'ts' })

/** Where the executable begins, and the parts that are brought in when a command asks for them. */
export const ENTRIES = {
  always: 'src/main.ts',
  'create, run, exec': 'src/cli/process-verbs.ts',
  'list, ps, pause': 'src/cli/steering-verbs.ts',
  'rare commands': 'src/cli/rare-verbs.ts',
} as const

/** An entry by name. */
export type EntryName = keyof typeof ENTRIES

/** Gives the number of modules for each entry; those of the first are not counted for the others again. */
export function countModules(): Readonly<Record<EntryName, number>> {
  const always = modulesOf(ENTRIES.always)
  const beyond = (entry: string) => [...modulesOf(entry)].filter((path) => !always.has(path)).length
  return {
    always: always.size,
    'create, run, exec': beyond(ENTRIES['create, run, exec']),
    'list, ps, pause': beyond(ENTRIES['list, ps, pause']),
    'rare commands': beyond(ENTRIES['rare commands']),
  }
}

function modulesOf(entry: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (path: string) => {
    if (found.has(path)) return
    found.add(path)
    if (!path.endsWith('.ts')) return
    for (const { path: name, kind } of transpiler.scanImports(readFileSync(path, 'utf8')))
      if (kind === 'import-statement' && name !== 'bun:ffi') visit(placeOf(name, path))
  }
  visit(join(ROOT, entry))
  return found
}

function placeOf(name: string, importer: string): string {
  if (name.startsWith('#')) return join(ROOT, name.slice(1))
  return name.startsWith('.') ? resolve(importer, '..', name) : name
}

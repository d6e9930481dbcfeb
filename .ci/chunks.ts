// How the program is cut into the chunks of the executable. Bun makes one of whatever the same parts of the program share,
// some thirty with a dozen parts, and each that is loaded costs a command a tenth of a millisecond. So every part that is
// imported when it is asked for names those as well that are there by then: what they share stays with them.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What every command needs. */
const COMMON = 'src/cli/command-line.ts'
/** What makes processes and reads configs: half of the program, and brought in by most parts that are. */
const LARGE = 'src/cli/process-verbs.ts'
/** Parts that are brought in without the large one. */
const LIGHT: readonly string[] = [
  LARGE,
  'src/cli/steering-verbs.ts',
  'src/cli/terminal.ts',
  'src/cli/trace-line.ts',
  'src/container/saved-config.ts',
  'src/hints.ts',
  'src/log-daemons.ts',
]

/** Takes the root of the repository, gives the files that some file imports with `await import()`, relative to it. */
export function lazyParts(root: string): ReadonlySet<string> {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  const files = ['src', 'ffi'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  const place = (name: string, importer: string) => (name.startsWith('#') ? name.slice(1) : join(importer, '..', name))
  return new Set(
    files.flatMap((file) =>
      transpiler
        .scanImports(readFileSync(join(root, file), 'utf8'))
        .filter(({ kind }) => kind === 'dynamic-import')
        .map(({ path }) => place(path, file)),
    ),
  )
}

/** Gives a plugin for Bun.build that keeps the chunks few. Takes the root of the repository. */
export function fewChunks(root: string): Bun.BunPlugin {
  const parts = lazyParts(root)
  return {
    name: 'few chunks',
    setup(build) {
      build.onLoad({ filter: /\/(src|ffi)\/.*\.ts$/ }, ({ path }) => {
        const file = relative(root, path)
        const there = !parts.has(file) ? [] : LIGHT.includes(file) ? [COMMON] : [COMMON, LARGE]
        const text = readFileSync(path, 'utf8')
        return { loader: 'ts', contents: text + there.map((name) => `\nimport '#${name}'`).join('') }
      })
    },
  }
}

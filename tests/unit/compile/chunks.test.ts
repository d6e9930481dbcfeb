// How the executable is cut: a command loads what every command needs as one chunk, and few beside it.

import { expect, test } from 'bun:test'
import { basename, join } from 'node:path'

import { fewChunks, lazyParts } from '#.ci/chunks.ts'

const ROOT = join(import.meta.dir, '../../..')

/** The chunks by name, each with what it imports from the start. */
async function chunks(plugins: Bun.BunPlugin[]): Promise<Readonly<Record<string, readonly string[]>>> {
  const entrypoints = [join(ROOT, 'src/main.ts'), join(ROOT, 'src/cli/process-verbs.ts')]
  const { outputs } = await Bun.build({ entrypoints, target: 'bun', format: 'esm', splitting: true, plugins })
  const transpiler = new Bun.Transpiler({ loader: 'js' })
  const importsOf = (text: string) =>
    transpiler
      .scanImports(text)
      .filter(({ kind, path }) => kind === 'import-statement' && path !== 'bun:ffi')
      .map(({ path }) => basename(path))
  return Object.fromEntries(
    await Promise.all(outputs.map(async (output) => [basename(output.path), importsOf(await output.text())] as const)),
  )
}

/** How many chunks are loaded with one. */
function loadedWith(name: string, all: Readonly<Record<string, readonly string[]>>): number {
  const loaded = new Set<string>()
  const load = (one: string) => {
    if (loaded.has(one)) return
    loaded.add(one)
    all[one]?.forEach(load)
  }
  load(name)
  return loaded.size
}

test('every command loads two chunks, and what makes a process five more', async () => {
  const few = await chunks([fewChunks(ROOT)])
  expect(loadedWith('main.js', few)).toBe(2)
  expect(loadedWith('process-verbs.js', few)).toBeLessThanOrEqual(6)
})

test('without the plugin they would be many', async () => {
  expect(loadedWith('main.js', await chunks([]))).toBeGreaterThan(10)
})

test('the parts that are imported when asked for are found', () => {
  const parts = lazyParts(ROOT)
  expect(parts).toContain('src/cli/rare-verbs.ts')
  expect(parts).toContain('ffi/perform/remounting.ts')
  expect(parts).not.toContain('src/main.ts')
})

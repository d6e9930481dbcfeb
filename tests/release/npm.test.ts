// What `npm pack` makes: the sources that a program may import, and nothing that is only good for building or testing.
// The executable is no part of it: what npm puts into a path would run without what compile.ts does for its safety.
import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as v from 'valibot'

import { REPOSITORY, run, scratch, VERSION } from './released.ts'

const Packed = v.tuple([v.object({ filename: v.string(), files: v.array(v.object({ path: v.string() })) })])
const Manifest = v.object({
  license: v.string(),
  dependencies: v.record(v.string(), v.string()),
  imports: v.record(v.string(), v.string()),
})
const { license, dependencies, imports } = v.parse(
  Manifest,
  JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')),
)

function pack(...words: string[]) {
  const [packed] = v.parse(Packed, JSON.parse(run(['npm', 'pack', '--json', '--ignore-scripts', ...words])))
  return packed
}

test('npm pack takes the program, its documents and its licence, and nothing else', () => {
  const { filename, files } = pack('--dry-run')
  expect(filename).toBe(`bunc-${VERSION}.tgz`)
  const paths = files.map(({ path }) => path)
  const besides = paths.filter((path) => !/^(ffi|src)\/.*\.(ts|md)$|^docs\/[\w-]+\.(md|svg)$/.test(path))
  expect(besides.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  // As many as git has: nothing that lies about, and nothing forgotten.
  const sources = [...new Bun.Glob('{ffi,src}/**/*.{ts,md}').scanSync(REPOSITORY)]
  expect(paths.filter((path) => /^(ffi|src)\//.test(path)).toSorted()).toEqual(sources.toSorted())
  for (const target of Object.values(imports).filter((path) => /^\.\/(ffi|src)/.test(path)))
    expect(paths.some((path) => path.startsWith(target.replace(/^\.\/|\*$/g, '')))).toBe(true)
})

test('the licence that package.json names is the one in LICENSE', () => {
  expect(license).toBe('Apache-2.0')
  expect(readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8')).toMatch(/Apache License\s+Version 2\.0, January 2004/)
})

/**
 * The executor is assembled by a macro, and Bun runs none in node_modules: so the package is unpacked beside it and
 * linked, as `npm install ./vendor/bunc` does.
 */
test('a program imports a use-case from the unpacked package, as src/README.md has it', () => {
  using project = scratch()
  const { filename } = pack(`--pack-destination=${project.path}`)
  const modules = join(project.path, 'node_modules')
  mkdirSync(join(modules, '@decimalturn'), { recursive: true })
  mkdirSync(join(project.path, 'vendor/bunc'), { recursive: true })
  const into = ['--strip-components=1', '--directory', join(project.path, 'vendor/bunc')]
  run(['tar', '--extract', '--file', join(project.path, filename), ...into])
  symlinkSync('../vendor/bunc', join(modules, 'bunc'))
  for (const name of Object.keys(dependencies)) symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name))
  const [example = ''] =
    /(?<=```ts\n)import[^]*?(?=```)/.exec(readFileSync(join(REPOSITORY, 'src/README.md'), 'utf8')) ?? []
  expect(example).toContain("'#src/container/list.ts'")
  const program = example.replaceAll("'#", "'bunc/").replace("'/run/bunc'", `'${project.path}/none'`)
  writeFileSync(join(project.path, 'program.ts'), `${program}\nconsole.log('listed')\n`)
  expect(run([process.execPath, 'program.ts'], project.path)).toBe('listed\n')
  expect(existsSync(join(modules, 'bunc/tests'))).toBe(false)
})

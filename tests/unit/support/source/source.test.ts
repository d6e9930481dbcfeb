// Every way to name another module, and every shape of a function.

import { describe, expect, test } from 'bun:test'

import { functionsOf } from '#tests/support/source/functions.ts'
import { importsOf, sourceOf } from '#tests/support/source/source.ts'

const modules = (text: string) => importsOf(sourceOf('src/x.ts', text)).map(({ module }) => module)
const functions = (text: string) => functionsOf(sourceOf('src/x.ts', text))
const shape = (text: string) => functions(text).map(({ name, lines, parameters }) => [name, lines, parameters])

describe('a module is found', () => {
  test.each([
    `import 'm'`,
    `import a from 'm'`,
    `import * as a from 'm'`,
    `import { a, type B } from 'm'`,
    `import type { A } from 'm'`,
    `import a, { b } from 'm'`,
    `import {\n  a,\n} from 'm'`,
    `export * from 'm'`,
    `export * as a from 'm'`,
    `export { a } from 'm'`,
    `export type { A } from 'm'`,
    `const a = await import('m')`,
    `type A = import('m').A`,
  ])('in %j', (text) => {
    expect(modules(text)).toEqual(['m'])
  })

  test.each([`export const from = 'm'`, `export { a }\nconst b = 'm'`, `// import 'm'`, `const a = "import 'm'"`])(
    'but not in %j',
    (text) => {
      expect(modules(text)).toEqual([])
    },
  )
})

describe('a function is found with its lines and its parameters', () => {
  test.each<[string, string, number, number]>([
    ['function f() {\n}', 'f', 2, 0],
    ['export async function* f(a: A, b = 1) {\n\n}', 'f', 3, 2],
    ['function f<T, U>(a: Map<T, U>, ...b: U[]): Map<T, U> {\n}', 'f', 2, 2],
    ['function f(a: A): { b: B } {\n\n}', 'f', 3, 1],
    ['function f(a: A): a is { b: B } | C {\n\n}', 'f', 3, 1],
    ['const f = (a: A) => {\n}', 'f', 2, 1],
    ['const f = (a: A): B | { c: C } => {\n}', 'f', 2, 1],
    ['const f = async <T>(a: T) => {\n}', 'f', 2, 1],
    ['const f = a => a', 'f', 1, 1],
    ['const f = (a: A) =>\n  a\n    .b()\n    .c()\nconst d = 1', 'f', 4, 1],
    ['const f = function (a) {\n}', 'f', 2, 1],
    ['class C {\n  m(a: A, b: B): void {\n  }\n}', 'm', 2, 2],
    ['class C {\n  static async #m({ a, b }: A) {\n  }\n}', '#m', 2, 1],
    ['class C {\n  constructor(\n    readonly a: A,\n    readonly b: B,\n  ) {\n  }\n}', 'constructor', 5, 2],
    ['class C {\n  get a(): A {\n  }\n}', 'a', 2, 0],
    ['const o = {\n  m(a) {\n  },\n}', 'm', 2, 1],
    ['f((a, b) => {\n})', '(anonymous)', 2, 2],
  ])('%j', (text, name, lines, parameters) => {
    expect(shape(text)).toEqual([[name, lines, parameters]])
  })

  test('a method with a computed name', () => {
    expect(shape('class C {\n  [Symbol.dispose](): void {\n  }\n}').map(([, lines, count]) => [lines, count])).toEqual([
      [2, 0],
    ])
  })

  test.each(['if (a) {\n}', 'for (const a of b) {\n}', 'while (a) {\n}', 'switch (a) {\n}', 'try {\n} catch (a) {\n}'])(
    'but not in %j',
    (text) => {
      expect(shape(text)).toEqual([])
    },
  )

  test('what is exported is told from what is not', () => {
    const found = functions('export function a() {}\nexport const b = () => 1\nfunction c() {}\nconst d = () => 1')
    expect(found.map(({ name, exported }) => [name, exported])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
      ['d', false],
    ])
  })
})

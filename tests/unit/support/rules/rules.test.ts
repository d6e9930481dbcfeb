// Every rule at work: for each, a few lines that it refuses and a few that it lets pass.

import { describe, expect, test } from 'bun:test'

import { LAYERING } from '#tests/support/rules/layering.ts'
import { NAMES } from '#tests/support/rules/names.ts'
import { breachesOf } from '#tests/support/rules/rule.ts'
import { isTable, percentile, SIZES } from '#tests/support/rules/sizes.ts'
import { TYPES } from '#tests/support/rules/types.ts'
import { WORDING } from '#tests/support/rules/wording.ts'
import { sourceOf } from '#tests/support/source/source.ts'

const RULES = [...LAYERING, ...SIZES, ...NAMES, ...WORDING, ...TYPES]

/** What a rule refuses and what it lets pass: a text in src/rootfs/x.ts, or another path and a text. */
interface Examples {
  readonly refused: readonly (string | readonly [path: string, text: string])[]
  readonly passed: readonly (string | readonly [path: string, text: string])[]
}

const body = (lines: number) => 'x()\n'.repeat(lines)
const put = 'TO' + 'DO'

const EXAMPLES: Readonly<Record<string, Examples>> = {
  'the layers import downwards alone': {
    refused: [
      ['ffi/fd.ts', `import { Failure } from '#src/failure.ts'`],
      ['ffi/fd.ts', `import type { Failure } from '#src/failure.ts'`],
      ['ffi/fd.ts', `import { Failure } from '../src/failure.ts'`],
      `import { Box } from '#tests/support/box.ts'`,
      `const { Box } = await import('#tests/support/box.ts')`,
    ],
    passed: [`import { Fd } from '#ffi/fd.ts'`, ['tests/x.test.ts', `import { Fd } from '#ffi/fd.ts'`]],
  },
  'inside src, parts do not know each other': {
    refused: [
      `import { join } from '#src/cgroups/cgroup.ts'`,
      `import { join } from '../cgroups/cgroup.ts'`,
      `import { create } from '#src/container/create.ts'`,
      `const { create } = await import('#src/container/create.ts')`,
      ['src/container/create.ts', `import { parse } from '#src/cli/parse.ts'`],
      ['src/bpf/classic.ts', `import { compile } from '#src/security/seccomp/compile.ts'`],
      ['src/files.ts', `import { bind } from '#src/rootfs/bind.ts'`],
      ['src/novelty/x.ts', `import { bind } from '#src/rootfs/bind.ts'`],
    ],
    passed: [
      `import { bind } from './bind.ts'`,
      `import type { Mount } from '#src/config/config.ts'`,
      `import { Failure } from '#src/failure.ts'`,
      ['src/container/create.ts', `import { bind } from '#src/rootfs/bind.ts'`],
      ['src/cli/commands/create.ts', `import { create } from '#src/container/create.ts'`],
      ['src/security/seccomp/compile.ts', `import { classic } from '#src/bpf/classic.ts'`],
      ['src/main.ts', `import { parse } from '#src/cli/parse.ts'`],
    ],
  },
  'config imports nothing but valibot': {
    refused: [
      ['src/config/read.ts', `import { Fd } from '#ffi/fd.ts'`],
      ['src/config/read.ts', `import { Failure } from '#src/failure.ts'`],
      ['src/config/read.ts', `import { readFileSync } from 'node:fs'`],
    ],
    passed: [['src/config/read.ts', `import * as v from 'valibot'\nimport { mounts } from './schema/mounts.ts'`]],
  },
  'the program imports no module of the runtime, but for bun:ffi in ffi/libc.ts': {
    refused: [
      `import { readFileSync } from 'node:fs'`,
      `import * as v from 'valibot'`,
      `import { patch } from '@decimalturn/toml-patch'`,
      `import { dlopen } from 'bun:ffi'`,
      ['ffi/fd.ts', `import { dlopen } from 'bun:ffi'`],
    ],
    passed: [
      ['ffi/libc.ts', `import { dlopen } from 'bun:ffi'`],
      ['src/engines/toml.ts', `import { patch } from '@decimalturn/toml-patch'`],
      ['tests/x.test.ts', `import { readFileSync } from 'node:fs'`],
      ['compile.ts', `import { readFileSync } from 'node:fs'`],
    ],
  },
  'an import names a file, and another layer by its alias': {
    refused: [`import { Fd } from '#ffi/fd'`, `import { Fd } from '../../ffi/fd.ts'`],
    passed: [`import { Fd } from '#ffi/fd.ts'`, `import { bind } from '../rootfs/bind.ts'`],
  },
  'what the machines execute imports only what they have': {
    refused: [
      ['tests/support/x.ts', `import { BUN } from '#compile.ts'`],
      ['tests/container/x.test.ts', `import { release } from '#.ci/release/release.ts'`],
    ],
    passed: [
      ['tests/support/x.ts', `import { segmentIn } from '#src/snapshot/image.ts'`],
      ['tests/unit/x.test.ts', `import { BUN } from '#compile.ts'`],
    ],
  },
  'a file has at most 350 lines': {
    refused: [body(351)],
    passed: [body(350), `export const A = {\n${'  a: 1,\n'.repeat(400)}} as const\n`],
  },
  'a function has at most 60 lines': {
    refused: [`function f() {\n${body(59)}}`, `const f = () => {\n${body(59)}}`],
    passed: [`function f() {\n${body(58)}}`, ['tests/x.test.ts', `test('x', () => {\n${body(80)}})`]],
  },
  'a function takes at most 4 parameters': {
    refused: ['function f(a, b, c, d, e) {}', 'class C { m(a: A, b: B, c: C, d: D, ...e: E[]) {} }'],
    passed: ['function f(a, b, c, d) {}', 'function f(a: Map<A, B>, { b, c }: D, [d, e]: E, f = g(1, 2)) {}'],
  },
  'a file is named in kebab-case': {
    refused: [
      ['src/rootfs/idMap.ts', ''],
      ['src/rootfs/id_map.ts', ''],
      ['tests/IdMap.test.ts', ''],
    ],
    passed: [
      ['src/rootfs/id-map.ts', ''],
      ['tests/id-map.test.ts', ''],
      ['ffi/numbers/x64.ts', ''],
    ],
  },
  'no name says Manager, Helper, Utils, Impl, Base, Data or Info': {
    refused: [
      'class CgroupManager {}',
      'interface MountInfo {}',
      'const mountData = 1',
      'type Base = string',
      'function pathUtils() {}',
      ['src/rootfs/mount-utils.ts', ''],
    ],
    passed: ['const data = 1', 'const BASE = 1', 'const seccompData = 1', 'const database = 1', 'new MountInfo()'],
  },
  'the text of an error does not end in a full stop': {
    refused: [`new Failure('Cannot mount.')`, 'new Error(`Cannot mount "${path}".`)', `doing('mount it!', () => {})`],
    passed: [`new Failure('Cannot read config.json')`, 'new Error(`Cannot read a.${suffix}`)', `say('A sentence.')`],
  },
  'the text of an error has no contraction': {
    refused: [`new Failure("Cannot go on: it isn't there")`, "new UsageError(`You're not root: ${uid}`)"],
    passed: [`new Failure("Cannot use the container's root")`, `new Failure('It is not there')`],
  },
  'an error says what cannot be done, in one way': {
    refused: [`new Failure('failed to mount')`, `new Error('Unable to mount')`, 'new Failure(`could not mount ${x}`)'],
    passed: [`new Failure('Cannot mount')`, 'new Failure(`${x} failed to answer`)'],
  },
  'an error that stands alone begins in sentence case': {
    refused: [`new Error('cannot mount')`, 'new TypeError(`bad ${x}`)'],
    passed: [`new Error('Cannot mount')`, 'new Error(`${x} is bad`)', `new Failure('not a mount point')`],
  },
  'what is being done begins with a verb in lower case': {
    refused: [`doing('Cannot mount', () => {})`, `doing('"x" is mounted', () => {})`],
    passed: [`doing('mount "x"', () => {})`, 'doing(`${verb} it`, () => {})'],
  },
  'a module opens with a comment of one to eight lines': {
    refused: ['const a = 1', 'const a = 1 // late', `${'// line\n'.repeat(9)}const a = 1`, '/** */\nconst a = 1'],
    passed: [
      '// One.\nconst a = 1',
      '/**\n * One,\n * two.\n */\nconst a = 1',
      `${'// line\n'.repeat(8)}\nconst a = 1`,
    ],
  },
  'every exported function has a docstring': {
    refused: [
      'export function f() {}',
      '// No docstring.\nexport function f() {}',
      'export const f = () => 1',
      '/** Another. */\nconst a = 1\nexport async function f() {}',
    ],
    passed: [
      '/** Does it. */\nexport function f() {}',
      '/** Does it. */\nexport const f = () => 1',
      'function f() {}',
      'export const A = 1',
      '/** Does it. */\nexport function f(a: A): A\nexport function f(a: B): B\nexport function f(a: C) {}',
      ['tests/support/x.ts', 'export function f() {}'],
    ],
  },
  'no comment puts work off': {
    refused: [`// ${put}: later`, `/* ${'FIX'}${'ME'} */`],
    passed: ['// Everything is done.', `const a = '${put}'`],
  },
  'no test is skipped without a word': {
    refused: [['tests/x.test.ts', `test.skipIf(Bun.which('zsh') === null)('x', () => {})`]],
    passed: [
      ['tests/x.test.ts', `needs('zsh').test('x', () => {})`],
      ['tests/x.test.ts', '// test.skipIf() says nothing.'],
    ],
  },
  'nothing above ffi is of type any': {
    refused: ['const a: any = 1', 'const a: Map<string, any> = b', 'function f(a: any[]) {}'],
    passed: ['Promise.any(a)', 'const a = { any: 1 }', '// any', ['ffi/libc.ts', 'const a: any = 1']],
  },
  'nothing above ffi is asserted to be of a type': {
    refused: [
      'const a = b as C',
      'f(b as C)',
      'const a = (b as unknown) as { c: D }',
      'const a = [b as C]',
      'const a = { b: c as D }',
    ],
    passed: [
      'const a = [1] as const',
      `import { a as b } from './a.ts'`,
      `import * as b from './a.ts'`,
      'export { a as b }',
      'type A = { [K in keyof B as C<K>]: D }',
      'const a = { as: 1 }',
      ['ffi/libc.ts', 'const a = b as C'],
    ],
  },
  'nothing above ffi is asserted not to be undefined': {
    refused: ['a!.b', 'f(a!)', 'a[0]!.b', 'f()!', 'class C { a!: B }'],
    passed: ['!a', 'if (!a) b()', 'a !== b', 'return !a', 'a && !b', ['ffi/libc.ts', 'a!.b']],
  },
  'the program tells the checker to be silent nowhere': {
    refused: ['// @ts-ignore\na()', '// @ts-expect-error\na()'],
    passed: ['// Nothing.\na()', ['tests/x.test.ts', '// @ts-expect-error: refused\na()']],
  },
}

test('every rule has its examples here', () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(RULES.map(({ name }) => name).toSorted())
})

for (const rule of RULES)
  describe(rule.name, () => {
    const { refused = [], passed = [] } = EXAMPLES[rule.name] ?? {}
    const breaches = (example: Examples['refused'][number]) => {
      const [path, text] = typeof example === 'string' ? ['src/rootfs/x.ts', example] : example
      return breachesOf(rule, [sourceOf(path, text)])
    }
    test.each(refused.map((example, place) => [place + 1, example] as const))(
      'refuses its example %d',
      (_, example) => {
        expect(breaches(example)).not.toEqual([])
      },
    )
    test.each(passed.map((example, place) => [place + 1, example] as const))('passes its example %d', (_, example) => {
      expect(breaches(example)).toEqual([])
    })
  })

test('a breach is given with its file and line', () => {
  const [rule] = TYPES
  if (rule === undefined) throw new Error('Cannot find a rule')
  expect(breachesOf(rule, [sourceOf('src/x.ts', 'a\nconst b: any = 1')])).toEqual(['src/x.ts:2: says any'])
})

test('a table is a file of constants without a function', () => {
  const table = (text: string) => isTable(sourceOf('ffi/x.ts', text))
  expect(table('export const A = { a: 1 } as const\nexport type B = keyof typeof A')).toBe(true)
  expect(table("export const A =\n  'a b c ' +\n  'd e f'")).toBe(true)
  expect(table('export const A = make()')).toBe(false)
  expect(table('export const A = { a: () => 1 }')).toBe(false)
  expect(table('x()')).toBe(false)
})

test('a percentile is one of the values', () => {
  expect(percentile([5, 1, 3], 50)).toBe(3)
  expect(percentile([5, 1, 3], 100)).toBe(5)
  expect(percentile([7], 1)).toBe(7)
  expect(percentile([], 50)).toBe(0)
})

// The house rules, applied to every file: who imports whom, how long things are, how they are named and worded. A rule that
// only people keep is kept until the first hurry. Each rule says why it is one; change it here, in the open, or keep it.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { LAYERING } from './support/rules/layering.ts'
import { NAMES } from './support/rules/names.ts'
import { breachesOf } from './support/rules/rule.ts'
import { isTable, linesOf, percentile, SIZES } from './support/rules/sizes.ts'
import { TYPES } from './support/rules/types.ts'
import { WORDING } from './support/rules/wording.ts'
import { functionsOf } from './support/source/functions.ts'
import { sourceOf } from './support/source/source.ts'

const ROOT = join(import.meta.dir, '..')
const files = (pattern: string) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true })].toSorted()
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const sources = ['compile.ts', ...files('{.ci,ffi,src,tests}/**/*.ts')].map((path) => sourceOf(path, textOf(path)))

test('the rules are applied to the whole program', () => {
  expect(sources.filter(({ path }) => path.startsWith('src/')).length).toBeGreaterThan(20)
  expect(sources.filter(({ path }) => path.startsWith('ffi/')).length).toBeGreaterThan(10)
})

for (const [group, rules] of Object.entries({ LAYERING, SIZES, NAMES, WORDING, TYPES }))
  describe(group.toLowerCase(), () => {
    for (const rule of rules)
      test(rule.name, () => {
        const breaches = breachesOf(rule, sources)
        if (breaches.length > 0)
          throw new Error(`The rule is: ${rule.name}\nbecause ${rule.reason}\n${breaches.join('\n')}`)
      })
  })

test('no file knows where it was written or where packages come from', () => {
  const committed = [...files('*'), ...files('{.ci,docs,ffi,src,tests}/**/*')]
  const registry = ['registry', 'npmjs'].join('.')
  const found = committed.filter((path) => textOf(path).includes(`${ROOT}/`) || textOf(path).includes(registry))
  expect(committed).toContain('package-lock.json')
  expect(found).toEqual([])
})

test('the sizes of files and functions are known', () => {
  const program = sources.filter(({ path }) => /^(ffi|src)\//.test(path))
  const lengths = program.filter((source) => !isTable(source)).map(linesOf)
  const functions = program.flatMap(functionsOf).map(({ lines }) => lines)
  const figures = (values: readonly number[]) =>
    [50, 90, 99, 100].map((percent) => percentile(values, percent)).join(' / ')
  console.log(`files: ${program.length}, lines p50/p90/p99/max ${figures(lengths)} without tables`)
  console.log(`functions: ${functions.length}, lines p50/p90/p99/max ${figures(functions)}`)
  // The lengths that the longest ones of any other project hide behind are its medians.
  expect(percentile(lengths, 50)).toBeLessThanOrEqual(90)
  expect(percentile(functions, 50)).toBeLessThanOrEqual(10)
})

// Which programs a choice of suites asks for.

import { expect, test } from 'bun:test'

import { missingPrograms } from '#tests/support/install.ts'
import { PROGRAMS } from '#tests/support/packages.ts'
import { SUITES } from '#tests/support/suites.ts'

test('nothing is missing where every program is there', () => {
  expect(missingPrograms(new Set(Object.keys(SUITES)), () => true)).toEqual([])
})

test('a program is missing only for the suites that drive it', () => {
  const absent = (name: string) => name !== 'dockerd'
  expect(missingPrograms(new Set(['engines']), absent)).toEqual([{ name: 'dockerd', packages: ['docker.io'] }])
  expect(missingPrograms(new Set(['unit']), absent)).toEqual([])
})

test('every suite that a program names exists', () => {
  const named = Object.values(PROGRAMS).flatMap(({ suites }) => suites)
  expect(named.filter((suite) => !(suite in SUITES))).toEqual([])
})

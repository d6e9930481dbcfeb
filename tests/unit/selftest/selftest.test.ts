// The report of `selftest`: what becomes of promises that are kept, broken and not tried.

import { expect, test } from 'bun:test'

import { record } from '#ffi/perform/record.ts'
import { Failure } from '#src/failure.ts'
import { junit, tapHead, tapLine } from '#src/selftest/report.ts'
import { type Outcome, PROMISES, selftest } from '#src/selftest/selftest.ts'

const broken = () => {
  throw new Failure('it ended with status 1 in place of 0')
}

function outcomes(): readonly Outcome[] {
  const told: Outcome[] = []
  const all = selftest(
    record(() => 77),
    '/run/bunc',
    (outcome) => told.push(outcome),
    [
      { name: 'a', keep: () => {} },
      { name: 'b "<&>', keep: broken },
      { name: 'c', skip: () => 'this kernel has none', keep: broken },
    ],
  )
  expect(told).toEqual([...all])
  return all
}

test('a promise is kept, broken or skipped, and the others are tried all the same', () => {
  expect(outcomes().map(({ verdict, why }) => [verdict, why])).toEqual([
    ['kept', ''],
    ['broken', 'it ended with status 1 in place of 0'],
    ['skipped', 'this kernel has none'],
  ])
})

test('a fault of our own is no broken promise', () => {
  const fault = () => {
    throw new RangeError('x')
  }
  expect(() =>
    selftest(
      record(() => 77),
      '/run/bunc',
      () => {},
      [{ name: 'a', keep: fault }],
    ),
  ).toThrow(RangeError)
})

test('TAP has a line for each, and says why', () => {
  expect(tapHead(3)).toBe('TAP version 14\n1..3\n')
  expect(outcomes().map((outcome, i) => tapLine(outcome, i + 1))).toEqual([
    'ok 1 - a\n',
    'not ok 2 - b "<&>\n  ---\n  message: "it ended with status 1 in place of 0"\n  ...\n',
    'ok 3 - c # SKIP this kernel has none\n',
  ])
})

test('JUnit counts them, and escapes what XML would misread', () => {
  const xml = junit(outcomes().map((outcome) => ({ ...outcome, milliseconds: 1500 })))
  expect(xml).toContain('<testsuite name="bunc selftest" tests="3" failures="1" skipped="1" time="4.500">')
  expect(xml).toContain('<testcase classname="bunc.selftest" name="a" time="1.500"/>')
  expect(xml).toContain(
    'name="b &quot;&lt;&amp;&gt;" time="1.500"><failure message="it ended with status 1 in place of 0"/>',
  )
  expect(xml).toContain('<skipped message="this kernel has none"/>')
})

test('no two promises have the same name', () => {
  expect(new Set(PROMISES.map(({ name }) => name)).size).toBe(PROMISES.length)
})

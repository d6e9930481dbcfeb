// The report is one that Bun has written just now: what is read of it is what the pinned Bun writes.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { casesOf } from '#tests/support/junit.ts'
import type { Case } from '#tests/support/junit.ts'

const SOURCE = `
import { describe, expect, test } from 'bun:test'
test('passes with "quotes" & <brackets>', () => {})
test('fails', () => { expect('<skipped />').toBe('x') })
test.skip('is skipped [skipped: needs root: "why" <not>]', () => {})
test.skip('is skipped in silence', () => {})
test.todo('is planned')
describe('a group', () => { describe.skip('inside [skipped: no reason to]', () => { test('one', () => {}) }) })
`

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
let cases: Case[] = []

beforeAll(() => {
  const report = join(dir, 'report.xml')
  writeFileSync(join(dir, 'sample.test.ts'), SOURCE)
  const argv = [process.execPath, 'test', './sample.test.ts', '--reporter=junit', `--reporter-outfile=${report}`]
  Bun.spawnSync(argv, { cwd: dir, stderr: 'ignore' })
  cases = casesOf(readFileSync(report, 'utf8'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const found = (start: string) => cases.find(({ name }) => name.startsWith(start))

test('every test of the file is in the list', () => {
  expect(cases.length).toBe(6)
})

test('a name is given as it was written', () => {
  expect(found('passes')).toEqual({ name: 'passes with "quotes" & <brackets>', outcome: 'passed' })
})

test('a failure whose message looks like another element is a failure', () => {
  expect(found('fails')?.outcome).toBe('failed')
})

test('a skipped test brings its reason', () => {
  expect(found('is skipped [')).toMatchObject({ outcome: 'skipped', reason: 'needs root: "why" <not>' })
})

test('a skipped test without a reason has none', () => {
  expect(found('is skipped in')).toEqual({ name: 'is skipped in silence', outcome: 'skipped' })
  expect(found('is planned')).toEqual({ name: 'is planned', outcome: 'skipped' })
})

test('the reason of a group is that of its tests', () => {
  expect(found('a group')).toMatchObject({
    name: 'a group > inside [skipped: no reason to] > one',
    reason: 'no reason to',
  })
})

test('a report without tests gives none', () => {
  expect(casesOf('<?xml version="1.0"?><testsuites tests="0"></testsuites>')).toEqual([])
})

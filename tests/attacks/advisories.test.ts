// Each advisory is tried, and those that take a race are tried as one: by a process that swaps paths, or that looks for
// its chance again and again.

import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { figure } from '#tests/support/figures.ts'
import { ADVISORIES } from './advisories.ts'

/** The names of attacks that stand in the files whose text has a mark. */
function attacksWith(mark: RegExp): string {
  const files = readdirSync(import.meta.dir).filter(
    (name) => name.endsWith('.test.ts') && !name.startsWith('advisories'),
  )
  const texts = files.map((name) => readFileSync(join(import.meta.dir, name), 'utf8')).filter((text) => mark.test(text))
  return texts.flatMap((text) => text.match(/^ +name: .*/gm) ?? []).join('\n')
}

test('every advisory is tried', () => {
  const all = attacksWith(/^/)
  expect(ADVISORIES.flatMap(({ ids }) => ids).filter((id) => !all.includes(id))).toEqual([])
  figure(`${ADVISORIES.length} advisories, ${ADVISORIES.filter(({ race }) => race).length} of them with a race`)
})

test('every advisory that takes a race is tried as one', () => {
  const races = attacksWith(/new Swapped\(|const thief = /)
  const rows = ADVISORIES.filter(({ race }) => race === true)
  expect(rows.flatMap(({ ids }) => ids).filter((id) => !races.includes(id))).toEqual([])
})

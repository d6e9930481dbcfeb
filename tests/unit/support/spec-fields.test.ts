// Every field of the specification has a test, and docs/spec-fields.md says which.
// `BUNC_UPDATE_GOLDEN=1 bun test tests/unit/support/spec-fields.test.ts` writes it anew.

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { PROOFS } from '#tests/support/field-proofs.ts'
import { mentionOf, proofOf, specFields, specFieldsText } from '#tests/support/spec-fields.ts'

const TESTS = join(import.meta.dir, '../..')
const DOCUMENT = join(TESTS, '../docs/spec-fields.md')

const textOf = (path: string) => (existsSync(join(TESTS, path)) ? readFileSync(join(TESTS, path), 'utf8') : undefined)

test('the schemas are gone through to the end', () => {
  const fields = specFields()
  for (const field of ['mounts[].options', 'linux.seccomp.syscalls[].args[].valueTwo', 'linux.netDevices.*.name'])
    expect(fields).toContain(field)
  expect(fields.length).toBeGreaterThan(180)
  expect(new Set(fields).size).toBe(fields.length)
})

test('every field has a proof, which is there and speaks of it', () => {
  const wrong = specFields().flatMap((field) => {
    const proof = proofOf(field)
    if (proof === undefined) return [`${field} has no row`]
    const text = textOf(proof.test)
    if (text === undefined) return [`${field}: there is no ${proof.test}`]
    const mention = mentionOf(field, proof)
    return new RegExp(`(?<!\\w)${RegExp.escape(mention)}${proof.says === undefined ? '(?!\\w)' : ''}`).test(text)
      ? []
      : [`${field}: "${mention}" is not in ${proof.test}`]
  })
  expect(wrong).toEqual([])
})

test('every row is of a field', () => {
  const fields = specFields()
  expect(Object.keys(PROOFS).filter((field) => !fields.includes(field))).toEqual([])
})

describe('the proof of a field', () => {
  test('is that of the field around it, without what that one says', () => {
    expect(proofOf('process.user.uid')?.test).toBe('container/process.test.ts')
    expect(proofOf('linux.timeOffsets.*.secs')?.test).toBe('container/namespaces.test.ts')
    expect(proofOf('linux.resources.rdma.*.hcaHandles')?.only).toBe('files in a pretended host')
    expect(proofOf('nothing')).toBeUndefined()
  })
})

test('docs/spec-fields.md is up to date', () => {
  const text = specFieldsText()
  if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(DOCUMENT, text)
  expect(existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '').toBe(text)
})

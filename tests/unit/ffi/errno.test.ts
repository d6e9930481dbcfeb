// errno by name, by number and as a sentence.

import { expect, test } from 'bun:test'
import { constants } from 'node:os'

import { errnoName, errnoSentence } from '#ffi/errno.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'

test('a number gets its kernel name', () => {
  expect([1, 2, 4, 11, 38, 133].map(errnoName)).toEqual(['EPERM', 'ENOENT', 'EINTR', 'EAGAIN', 'ENOSYS', 'EHWPOISON'])
})

test('a number that Linux does not know is told as it is', () => {
  expect(errnoName(4711)).toBe('errno 4711')
})

test('every errno that Node knows of this system has the same number here', () => {
  const same = Object.entries(constants.errno).filter(([name]) => name in ERRNO)
  expect(same.length).toBeGreaterThan(70)
  expect(Object.fromEntries(same)).toEqual(
    Object.fromEntries(Object.entries(ERRNO).filter(([name]) => name in constants.errno)),
  )
})

test('no number has two names, so that a name is always the same', () => {
  const numbers: number[] = Object.values(ERRNO)
  expect(new Set(numbers).size).toBe(numbers.length)
})

test('people get the sentence that they know from perror, engines the text that they look for', () => {
  expect(errnoSentence('ENOENT')).toBe('no such file or directory')
  expect(errnoSentence('EACCES')).toBe('permission denied')
  expect(errnoSentence('ENOEXEC')).toBe('exec format error')
})

test('an errno without a sentence is told by its name', () => {
  expect(errnoSentence('EXFULL')).toBe('EXFULL')
})

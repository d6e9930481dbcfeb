/** The forms of text that rules ask for. */

import { expect, test } from 'bun:test'
import { isAbsolute, isFileName, isNumberList, isRoot } from '#src/config/rules/text.ts'

test('isAbsolute() asks for a leading slash and nothing else', () => {
  expect(['/', '/a', '//'].map(isAbsolute)).toEqual([true, true, true])
  expect(['', 'a', './a', ' /a'].map(isAbsolute)).toEqual([false, false, false, false])
})

test('isRoot() sees through dots, slashes and detours', () => {
  for (const path of ['', '/', '//', '.', './', '/./.', '..', '/..', '/a/..', '/a/b/../../..'])
    expect(isRoot(path)).toBe(true)
  for (const path of ['/a', 'a', '/...', '/.a', '/a/../b', '/..a', '/../a']) expect(isRoot(path)).toBe(false)
})

test('isFileName() refuses whatever is not one name inside a directory', () => {
  expect(['a', '.a', '...', 'a..b'].map(isFileName)).toEqual([true, true, true, true])
  expect(['', '.', '..', '/', 'a/b', '../a'].map(isFileName)).toEqual([false, false, false, false, false, false])
})

test('isNumberList() takes lists as the kernel prints them', () => {
  for (const list of ['', '0', '0-3', '0-3,7', ' 1 , 2-2', '1048575']) expect(isNumberList(list)).toBe(true)
  for (const list of [',', '1,', '-1', '1-', '3-1', 'a', '0x1', '1 2', '12345678', '1-2-3'])
    expect(isNumberList(list)).toBe(false)
})

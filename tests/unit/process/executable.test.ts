// Which file is executed, found on a real file system, and as calls.

import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Call } from '#ffi/call.ts'
import { mknodat } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { findExecutable } from '#src/process/executable.ts'
import { scratch } from '../ffi/scratch.ts'
import { recording } from '../recording.ts'

const at = scratch()
afterAll(() => at[Symbol.dispose]())
for (const name of ['a', 'b', 'b/tool']) mkdirSync(at.path(name))
writeFileSync(at.path('a/plain'), '')
writeFileSync(at.path('b/program'), '')
writeFileSync(at.path('a/both'), '')
writeFileSync(at.path('b/both'), '')
for (const name of ['b/program', 'b/both']) chmodSync(at.path(name), 0o755)
symlinkSync('program', at.path('b/link'))
symlinkSync('nowhere', at.path('b/dangling'))
here(mknodat('cwd', at.path('b/fifo'), { type: 'fifo', mode: 0o777 }, 0))
const PATH = `${at.path('absent')}:${at.path('a')}:${at.path('a/plain')}:${at.path('b')}`

describe('a name', () => {
  test('is looked for along PATH', () => {
    expect(findExecutable(here, 'program', PATH)).toBe(at.path('b/program'))
    expect(findExecutable(here, 'link', PATH)).toBe(at.path('b/link'))
  })

  test('is taken from the first directory where it can be executed', () => {
    expect(findExecutable(here, 'both', PATH)).toBe(at.path('b/both'))
  })

  test('that is nowhere is an error that engines know', () => {
    for (const name of ['absent', 'dangling', ''])
      expect(() => findExecutable(here, name, PATH)).toThrow(`exec: "${name}": executable file not found in $PATH`)
  })

  test('that is there but cannot be executed is another error', () => {
    expect(() => findExecutable(here, 'plain', PATH)).toThrow(`exec: "${at.path('a/plain')}": permission denied`)
    expect(() => findExecutable(here, 'tool', PATH)).toThrow(/permission denied \(it is a directory\)$/)
    expect(() => findExecutable(here, 'fifo', PATH)).toThrow('permission denied')
  })

  test('is looked for where execvp looks when there is no PATH', () => {
    expect(findExecutable(here, 'sh', undefined)).toMatch(/^\/(usr\/)?bin\/sh$/)
  })

  test('an empty part of PATH is the current directory', () => {
    const { sys, calls } = recording({ fstat: { type: 'file', mode: 0o755 } })
    expect(findExecutable(sys, 'x', ':/bin')).toBe('./x')
    expect(calls()[0]).toBe('openat(AT_FDCWD, "./x", PATH)')
  })

  test('is looked for in all directories at once, and everything is closed', () => {
    const { sys, calls } = recording({ fstat: { type: 'file', mode: 0o755 } })
    findExecutable(sys, 'x', '/a:/b')
    expect(calls()).toEqual([
      'openat(AT_FDCWD, "/a/x", PATH)',
      'openat(AT_FDCWD, "/b/x", PATH)',
      'fstat(</a/x>)',
      'fstat(</b/x>)',
      'close(</a/x>)',
      'close(</b/x>)',
    ])
  })

  test('is found behind directories that its user may not pass, as with execvp', () => {
    const refused = (call: Call<unknown>) => (call.operands()[1] === '/root/bin/x' ? { refused: 'EACCES' } : undefined)
    const { sys } = recording({ openat: refused, fstat: { type: 'file', mode: 0o755 } })
    expect(findExecutable(sys, 'x', '/root/bin:/bin')).toBe('/bin/x')
  })
})

describe('a path', () => {
  test('is taken as it is', () => {
    expect(findExecutable(here, at.path('b/program'), undefined)).toBe(at.path('b/program'))
  })

  test('that is not there, or no program, is an error', () => {
    const absent = at.path('absent')
    expect(() => findExecutable(here, absent, PATH)).toThrow(
      `exec: "${absent}": stat ${absent}: no such file or directory`,
    )
    expect(() => findExecutable(here, at.path('a/plain'), PATH)).toThrow(
      `exec: "${at.path('a/plain')}": permission denied`,
    )
    expect(() => findExecutable(here, at.path('a/'), PATH)).toThrow('permission denied (it is a directory)')
  })
})

// Calls that this process makes itself.

import { describe, expect, test } from 'bun:test'
import { readlinkSync } from 'node:fs'

import { harmlessly, tolerating } from '#ffi/call.ts'
import { close, dupTo, memfdCreate, pipe } from '#ffi/calls/descriptor.ts'
import { fstat, openat, put, read } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { adopted, here, inherited } from '#ffi/perform/here.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const isOpen = (number: number) => {
  try {
    return readlinkSync(`/proc/self/fd/${number}`) !== ''
  } catch {
    return false
  }
}

describe('a failure', () => {
  test('is an error with the errno that the kernel gave, whatever happens meanwhile', () => {
    for (let i = 0; i < 2000; i++) {
      // Garbage, and calls of Bun's own: errno lies where neither comes.
      const garbage = Array.from({ length: 50 }, (_, n) => ({ n }))
      expect(() => here(close(inherited(9999, 'never open')))).toThrow(
        'close(9999<never open>) = EBADF (bad file descriptor)',
      )
      expect(garbage).toHaveLength(50)
    }
  })

  test('knows what was being done', () => {
    const fail = () => doing('look', () => here(openat('cwd', '/nowhere', ['RDONLY'])))
    expect(fail).toThrow(SyscallError)
    try {
      fail()
    } catch (error) {
      expect(error).toMatchObject({ actions: ['look'], where: 'here', syscall: 'openat', errno: 'ENOENT' })
    }
  })

  test('that is harmless gives a missing descriptor, and what names it is not made', () => {
    const file = here(tolerating(openat('cwd', '/nowhere', ['RDONLY']), 'ENOENT'))
    expect(file.missing).toBe(true)
    expect(here(harmlessly(fstat(file)))).toBeUndefined()
    // Not declared harmless, but not made either.
    expect(here(put(file, 'x'))).toBeUndefined()
    file[Symbol.dispose]()
  })

  test('that is harmless gives nothing in place of a value', () => {
    expect(here(harmlessly(read(inherited(9999, 'never open'), 1)))).toBeUndefined()
  })

  test('that is another than the harmless one is an error', () => {
    expect(() => here(tolerating(openat('cwd', '/nowhere', ['RDONLY']), 'EPERM', 'EACCES'))).toThrow('ENOENT')
  })
})

describe('what became of a call', () => {
  const outcomes = () => {
    const seen: unknown[] = []
    return { seen, settled: (outcome: unknown) => void seen.push(outcome) }
  }

  test('is told to whoever asks: the result, the harmless errno, or that it was not made', () => {
    const { seen, settled } = outcomes()
    here(getpid().but({ settled }))
    using missing = here(tolerating(openat('cwd', '/nowhere', ['RDONLY']), 'ENOENT').but({ settled }))
    here(put(missing, 'x').but({ settled }))
    expect(() => here(openat('cwd', '/nowhere', ['RDONLY']).but({ settled }))).toThrow()
    expect(seen).toEqual([process.pid, -2, 'not made', -2])
  })
})

describe('a descriptor', () => {
  test('of another process is refused', () => {
    const foreign = pretendedOwner('task 7').open('file', 5)
    expect(() => here(put(foreign, 'x'))).toThrow('Descriptor 5<file> belongs to task 7, not to this process')
  })

  test('is closed at the end of its scope', () => {
    let number: number
    {
      using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
      number = file.number
      expect(isOpen(number)).toBe(true)
    }
    expect(isOpen(number)).toBe(false)
  })

  test('that was inherited is closed by nobody', () => {
    using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
    inherited(file.number, 'the same')[Symbol.dispose]()
    expect(isOpen(file.number)).toBe(true)
  })

  test('that was adopted is closed', () => {
    const number = here(memfdCreate('bunc-test', ['CLOEXEC'])).release()
    expect(isOpen(number)).toBe(true)
    adopted(number, 'mine now')[Symbol.dispose]()
    expect(isOpen(number)).toBe(false)
  })

  test('whose file was closed behind our back is closed without an error', () => {
    const file = here(memfdCreate('bunc-test', ['CLOEXEC']))
    here(close(inherited(file.number, 'the same')))
    file[Symbol.dispose]()
    expect(file.closed).toBe(true)
  })
})

test('several calls give their results in order', () => {
  const [a, b] = here(pipe(['CLOEXEC']))
  using reading = a
  using writing = b
  here(put(writing, 'two'))
  expect(here.all([read(reading, 1), read(reading, 1)]).map(([byte]) => byte)).toEqual([0x74, 0x77])
  here.flush()
})

test('a call that fails is made once, one that succeeds as well', () => {
  using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
  here(put(file, 'x'))
  expect(here(fstat(file)).size).toBe(1)
  expect(() => here(dupTo(file, file.number))).toThrow('EINVAL')
})

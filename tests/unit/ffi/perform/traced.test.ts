// Traces: every call with what really became of it, and no call made in another way because it is traced.

import { describe, expect, test } from 'bun:test'

import { tolerating } from '#ffi/call.ts'
import { duplicate } from '#ffi/calls/descriptor.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import { failing } from '#ffi/perform/failing.ts'
import { here } from '#ffi/perform/here.ts'
import { traced, type Traced } from '#ffi/perform/traced.ts'
import { Batch } from '#ffi/perform/batch.ts'
import { PretendedExecutor } from './pretended-executor.ts'

const open = (path: string) => openat('cwd', path, ['RDONLY'])

/** A traced performer of a task, what it is made of, and its trace. */
function inTask(answers: Readonly<Record<string, number | readonly number[]>>) {
  const lines: Traced[] = []
  const executor = new PretendedExecutor(answers)
  const batch = new Batch(executor)
  const sys = traced((line) => void lines.push(line))(batch.sys, 'task 1')
  return { lines, executor, batch, sys, shown: () => lines.map(({ call, result }) => `${call} = ${result}`) }
}

describe('in this process', () => {
  test('a line says who made the call, the call, its result and its time', () => {
    const lines: Traced[] = []
    const sys = traced((line) => void lines.push(line))(here, 'here')
    expect(sys(getpid())).toBe(process.pid)
    expect(lines).toEqual([
      { where: 'here', call: 'getpid()', result: String(process.pid), microseconds: expect.any(Number) },
    ])
  })

  test('a failure is shown by its errno, whether it is harmless or thrown', () => {
    const lines: Traced[] = []
    const sys = traced((line) => void lines.push(line))(here, 'here')
    using missing = sys(tolerating(open('/nowhere'), 'ENOENT'))
    expect(() => sys(open('/nowhere'))).toThrow('ENOENT')
    sys(put(missing, 'x'))
    expect(lines.map(({ result }) => result)).toEqual(['ENOENT', 'ENOENT', 'not made'])
  })

  test('a call that opens a file shows its descriptor', () => {
    const lines: Traced[] = []
    using file = traced((line) => void lines.push(line))(here, 'here')(open('/'))
    expect(lines[0]?.result).toBe(String(file))
  })
})

describe('in a task', () => {
  test('calls still wait for each other, and the trace shows them when they were made', () => {
    const { lines, executor, sys, shown } = inTask({ openat: 7, getpid: 42 })
    const file = sys(open('/a'))
    sys(put(file, 'x'))
    expect([lines.length, executor.batches.length]).toEqual([0, 0])
    sys(getpid())
    expect(executor.batches).toHaveLength(1)
    expect(shown()).toEqual(['openat(AT_FDCWD, "/a", RDONLY) = 7</a>', 'write(7</a>, "x") = 0', 'getpid() = 42'])
  })

  test('only the call that bunc waited for has a time', () => {
    const { lines, sys } = inTask({ getpid: 42 })
    sys(open('/a'))
    sys(getpid())
    expect(lines.map(({ microseconds }) => typeof microseconds)).toEqual(['undefined', 'number'])
  })

  test('a harmless failure is no success, and what depends on it was not made', () => {
    const { sys, shown } = inTask({ openat: -2, mkdirat: -17, getpid: 42 })
    const file = sys(tolerating(open('/a'), 'ENOENT'))
    sys(duplicate(file, 3))
    sys(getpid())
    sys(put(file, 'x'))
    expect(shown().map((line) => line.replace(/^.* = /, ''))).toEqual(['ENOENT', 'not made', '42', 'not made'])
  })

  test('a failure is shown at the call that failed, and those after it as not made', () => {
    const { sys, shown } = inTask({ write: -28 })
    const file = sys(open('/a'))
    sys(put(file, 'x'))
    sys(put(file, 'y'))
    expect(() => sys.flush()).toThrow('ENOSPC')
    expect(shown().map((line) => line.replace(/^.* = /, ''))).toEqual(['3</a>', 'ENOSPC', 'not made'])
  })

  test('calls that nobody waits for are shown with a question mark', () => {
    const { batch, sys, shown } = inTask({})
    const report = sys(open('/report'))
    sys(put(report, 'x'))
    batch.post(report, () => {})
    expect(shown()).toEqual(['openat(AT_FDCWD, "/report", RDONLY) = ?', 'write(new</report>, "x") = ?'])
  })
})

test('a failure that was made up is traced like a real one', () => {
  const lines: Traced[] = []
  const { decorator } = failing(1, 'EIO')
  const sys = traced((line) => void lines.push(line))(decorator(here, 'here'), 'here')
  expect(() => sys(getpid())).toThrow('EIO')
  expect(lines.map(({ result }) => result)).toEqual(['EIO'])
})

test('whoever listens already still hears', () => {
  const heard: unknown[] = []
  const sys = traced(() => {})(here, 'here')
  sys(getpid().but({ settled: (outcome) => void heard.push(outcome) }))
  expect(heard).toEqual([process.pid])
})

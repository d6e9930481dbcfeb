// A batch that a task is busy with while the next one is put together, played as in batch.test.ts.

import { expect, test } from 'bun:test'

import { type Outcome, syscall, tolerating } from '#ffi/call.ts'
import { duplicate } from '#ffi/calls/descriptor.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { descriptor, nothing } from '#ffi/kinds.ts'
import { Batch } from '#ffi/perform/batch.ts'
import { PretendedExecutor } from './pretended-executor.ts'

const open = (path: string) => openat('cwd', path, ['RDONLY'])

function playing(answers: Readonly<Record<string, number | readonly number[]>> = {}) {
  const executor = new PretendedExecutor(answers)
  const batch = new Batch(executor)
  return { executor, batch, sys: batch.sys }
}

function thrown(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

/** A call with a structure that holds a descriptor. */
const holding = syscall<[file: Fd], void>(
  'sendmsg',
  [{ ...descriptor, encode: (fd: Fd, memory) => memory.descriptor(fd) }],
  nothing,
)

test('calls that are begun are made while others are queued, and are looked at when a result must be seen', () => {
  const { executor, sys } = playing({ openat: [7, 8], getpid: 42 })
  const first = sys(open('/a'))
  sys.begin()
  expect([executor.batches, first.queued]).toEqual([[['openat']], true])
  sys(put(first, 'x'))
  const second = sys(open('/b'))
  expect(sys(getpid())).toBe(42)
  expect(executor.batches).toEqual([['openat'], ['write(7)', 'openat', 'getpid']])
  expect(executor.awaited).toEqual([false, true])
  expect([first.number, second.number]).toEqual([7, 8])
})

test('calls that are begun cost nothing when there are none, and wait for their turn when the task is busy', () => {
  const { executor, sys } = playing({ openat: [7, 8, 9] })
  sys.begin()
  sys(open('/a'))
  sys.begin()
  sys(open('/b'))
  sys.begin()
  expect(executor.batches).toEqual([['openat']])
  executor.wait()
  sys.begin()
  expect(executor.batches).toEqual([['openat'], ['openat']])
  sys.flush()
  expect(executor.batches).toHaveLength(2)
})

test('calls that are begun give descriptors that can be closed before their numbers are known', () => {
  const { executor, sys } = playing({ openat: 7 })
  {
    using file = sys(open('/a'))
    sys.begin()
    sys(put(file, 'x'))
  }
  sys.flush()
  expect(executor.batches[1]).toEqual(['write(7)', 'close(7)'])
})

test('calls that are begun and fail harmlessly skip what was queued meanwhile', () => {
  const { executor, sys } = playing({ openat: -2, getpid: 42 })
  const file = sys(tolerating(open('/a'), 'ENOENT'))
  sys.begin()
  const copy = sys(duplicate(file, 3))
  expect(sys(getpid())).toBe(42)
  expect([file.missing, copy.missing]).toEqual([true, true])
  expect(executor.made).toEqual(['openat', 'getpid'])
})

test('calls that are begun and fail are told at the next flush, with what was being done; nothing that was queued meanwhile is made', () => {
  const { executor, sys } = playing({ write: -28 })
  const seen: Outcome[] = []
  const file = sys(open('/a'))
  doing('write it', () => sys(put(file, 'x')))
  sys.begin()
  sys(open('/b').but({ settled: (outcome) => void seen.push(outcome) }))
  expect(thrown(() => sys.flush())).toMatchObject({ errno: 'ENOSPC', actions: ['write it'] })
  expect([seen, executor.batches.length]).toEqual([['not made'], 1])
  expect(() => sys(getpid())).toThrow('it is gone')
})

test('calls that are begun are waited for when a structure holds a descriptor of theirs', () => {
  const { executor, sys } = playing({ openat: 7, sendmsg: 0 })
  const file = sys(open('/a'))
  sys.begin()
  sys(holding(file))
  sys.flush()
  expect(executor.batches).toEqual([['openat'], ['sendmsg(7)']])
})

test('calls that are begun are waited for before the last batch is handed over; who ends the task does not know what became of them', () => {
  const { executor, batch, sys } = playing()
  sys(open('/a'))
  sys.begin()
  batch.post(sys(open('/report')), () => {})
  expect(executor.made).toEqual(['openat'])
  const ended = playing()
  const seen: Outcome[] = []
  const watched = (path: string) => open(path).but({ settled: (outcome) => void seen.push(outcome) })
  ended.sys(watched('/a'))
  ended.sys.begin()
  ended.sys(watched('/b'))
  ended.batch.end()
  expect(seen).toEqual(['unknown', 'not made'])
})

// What a batch does with calls, played against an executor in TypeScript: it reads the request area by the layout and
// answers as the machine code would. That the machine code does the same is shown by executor/native.test.ts.

import { describe, expect, test } from 'bun:test'

import { type Call, type Outcome, syscall, tolerating } from '#ffi/call.ts'
import { duplicate } from '#ffi/calls/descriptor.ts'
import { openat, put, read } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { descriptor, nothing } from '#ffi/kinds.ts'
import { Batch } from '#ffi/perform/batch.ts'
import { pretendedOwner } from '../pretended-owner.ts'
import { PretendedExecutor } from './pretended-executor.ts'

const open = (path: string) => openat('cwd', path, ['RDONLY'])

function playing(answers: Readonly<Record<string, number | readonly number[]>> = {}) {
  const executor = new PretendedExecutor(answers)
  const batch = new Batch(executor)
  return { executor, batch, sys: batch.sys }
}

describe('calls', () => {
  test('whose results can wait are queued, and made together with one that cannot', () => {
    const { executor, sys } = playing({ openat: 7, getpid: 42 })
    const file = sys(open('/a'))
    sys(put(file, 'x'))
    expect(executor.batches).toEqual([])
    expect(sys(getpid())).toBe(42)
    expect(executor.batches).toEqual([['openat', 'write(result 0)', 'getpid']])
    expect(file.number).toBe(7)
  })

  test('are made when somebody wants a number', () => {
    const { executor, sys } = playing({ openat: 7 })
    expect(sys(open('/a')).number).toBe(7)
    expect(executor.batches).toEqual([['openat']])
  })

  test('are made by a flush, which costs nothing when there are none', () => {
    const { executor, sys } = playing()
    sys.flush()
    sys(open('/a'))
    sys.flush()
    sys.flush()
    expect(executor.batches).toEqual([['openat']])
  })

  test('name a descriptor of their batch by its entry, one of an earlier batch by its number', () => {
    const { executor, sys } = playing({ openat: [7, 8] })
    const first = sys(open('/a'))
    sys.flush()
    const second = sys(open('/b'))
    sys(put(second, 'x'))
    sys(put(first, 'x'))
    sys.flush()
    expect(executor.batches[1]).toEqual(['openat', 'write(result 0)', 'write(7)'])
    expect([first.number, second.number]).toEqual([7, 8])
  })

  test('of `all` are made in one batch with what was queued, whatever they give', () => {
    const { executor, sys } = playing({ openat: [7, 8, 9], getpid: [1, 2] })
    const file = sys(open('/a'))
    const results = sys.all<unknown>([getpid(), put(file, 'x'), open('/b'), getpid()])
    expect(results).toEqual([1, undefined, expect.objectContaining({ label: '/b' }), 2])
    expect(executor.batches).toEqual([['openat', 'getpid', 'write(result 0)', 'openat', 'getpid']])
  })

  test('that may wait are made with what is asked for after them, or when they are wanted', () => {
    const { executor, sys } = playing({ getpid: [1, 2, 3] })
    const first = sys.later(getpid())
    expect([sys(getpid()), first()]).toEqual([2, 1])
    const third = sys.later(getpid())
    expect([third(), third()]).toEqual([3, 3])
    expect(executor.batches).toEqual([['getpid', 'getpid'], ['getpid']])
  })

  test('that may wait are not known when a call before them has failed', () => {
    const { sys } = playing({ openat: -2 })
    sys(open('/a'))
    const asked = sys.later(getpid())
    expect(() => sys.flush()).toThrow('ENOENT')
    expect(asked).toThrow('Cannot say what getpid gave in task 1: an earlier call failed')
  })

  test('that fill structures give what the kernel wrote, each its own', () => {
    const { executor, sys } = playing({ read: 2 })
    executor.writes = ['ab', 'cd']
    const file = sys(open('/a'))
    const texts = sys.all([read(file, 2), read(file, 2)]).map((bytes) => new TextDecoder().decode(bytes))
    expect(texts).toEqual(['ab', 'cd'])
  })
})

describe('descriptors', () => {
  test('are closed in the batch, also before anybody knows their numbers', () => {
    const { executor, sys } = playing({ openat: 7 })
    {
      using file = sys(open('/a'))
      sys(put(file, 'x'))
    }
    sys.flush()
    expect(executor.batches).toEqual([['openat', 'write(result 0)', 'close(result 0)']])
  })

  test('that are closed can be named no more', () => {
    const { sys } = playing({ openat: 7 })
    const file = sys(open('/a'))
    file[Symbol.dispose]()
    expect(() => sys(put(file, 'x'))).toThrow('Descriptor new</a> is closed')
  })

  test('of other processes are refused', () => {
    const { sys } = playing()
    const foreign = pretendedOwner('here').open('file', 5)
    expect(() => sys(put(foreign, 'x'))).toThrow('Descriptor 5<file> belongs to here, not to task 1')
  })

  test('that calls give inside structures belong to the task', () => {
    const { executor, batch, sys } = playing({ close: 0 })
    const result = {
      kind: 'value',
      decode: (_: number, __: unknown, adopt: (n: number, l: string) => Fd) => adopt(9, 'inner'),
      show: String,
    } as const
    const inner = sys(syscall<[], Fd>('pipe2', [], result)())
    expect(inner.owner).toBe(batch)
    inner[Symbol.dispose]()
    sys.flush()
    expect(executor.batches[1]).toEqual(['close(9)'])
  })
})

describe('a failure', () => {
  test('that is harmless makes a missing descriptor, and skips all that depends on it', () => {
    const { executor, sys } = playing({ openat: -2, getpid: 42 })
    const file = sys(tolerating(open('/a'), 'ENOENT'))
    const copy = sys(duplicate(file, 3))
    sys(put(copy, 'x'))
    expect(sys(getpid())).toBe(42)
    expect([file.missing, copy.missing]).toEqual([true, true])
    expect(executor.made).toEqual(['openat', 'getpid'])
  })

  test('that is known to be harmless keeps later calls out of the batch', () => {
    const { executor, sys } = playing({ openat: -2 })
    using file = sys(tolerating(open('/a'), 'ENOENT'))
    expect(file.missing).toBe(true)
    expect(sys(duplicate(file, 3)).missing).toBe(true)
    expect(sys(put(file, 'x'))).toBeUndefined()
    expect(sys.all([read(file, 1), read(file, 1)]).every((bytes) => bytes === undefined)).toBe(true)
    sys.flush()
    expect(executor.batches).toEqual([['openat']])
  })

  test('ends the batch, and is thrown with what was being done when the call was queued', () => {
    const { executor, sys } = playing({ write: -28 })
    const file = doing('open it', () => sys(open('/a')))
    doing('write it', () => sys(put(file, 'x')))
    sys(put(file, 'never'))
    let caught: unknown
    try {
      doing('flush', () => sys.flush())
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SyscallError)
    expect(caught).toMatchObject({ syscall: 'write', errno: 'ENOSPC', where: 'task 1', actions: ['write it'] })
    expect(executor.made).toEqual(['openat', 'write(result 0)'])
  })

  test('shows descriptors by the numbers that became known with it, closed or not', () => {
    const { sys } = playing({ openat: 7, write: -28 })
    {
      using file = sys(open('/a'))
      sys(put(file, 'x'))
    }
    expect(() => sys.flush()).toThrow('write(7</a>, "x") = ENOSPC')
  })

  test('leaves a task that accepts nothing more, and closes nothing', () => {
    const { executor, sys } = playing({ getpid: -1 })
    const file = sys(open('/a'))
    expect(() => sys(getpid())).toThrow('EPERM')
    expect(() => sys(getpid())).toThrow('Cannot make getpid in task 1: it is gone, or an earlier call failed')
    expect(() => sys.all([getpid()])).toThrow('it is gone')
    file[Symbol.dispose]()
    sys.flush()
    expect(executor.batches).toHaveLength(1)
  })

  test('of the executor itself is passed on, and leaves the task unusable', () => {
    const { executor, sys } = playing()
    executor.dies = new Error('killed')
    expect(() => sys(getpid())).toThrow('killed')
    executor.dies = undefined
    expect(() => sys(getpid())).toThrow('it is gone')
  })
})

describe('what became of a call', () => {
  const watched = <R>(call: Call<R>, seen: Outcome[]): Call<R> =>
    call.but({ settled: (outcome) => void seen.push(outcome) })

  test('is told when the batch has been made', () => {
    const { sys } = playing({ openat: [7, -2], getpid: 42 })
    const seen: Outcome[] = []
    sys(watched(open('/a'), seen))
    const missing = sys(watched(tolerating(open('/b'), 'ENOENT'), seen))
    sys(watched(duplicate(missing, 3), seen))
    expect(seen).toEqual([])
    sys(watched(getpid(), seen))
    expect(seen).toEqual([7, -2, 'not made', 42])
    sys(watched(put(missing, 'x'), seen))
    expect(seen.at(-1)).toBe('not made')
  })

  test('that failed, and of those after it, is told before the error is thrown', () => {
    const { sys } = playing({ write: -28 })
    const seen: Outcome[] = []
    const file = sys(watched(open('/a'), seen))
    sys(watched(put(file, 'x'), seen))
    sys(watched(put(file, 'y'), seen))
    expect(() => sys.flush()).toThrow('ENOSPC')
    expect(seen).toEqual([3, -28, 'not made'])
  })

  test('is not known when the task died, or was let go', () => {
    const { executor, sys } = playing()
    const seen: Outcome[] = []
    executor.dies = new Error('killed')
    expect(() => sys(watched(getpid(), seen))).toThrow('killed')
    const other = playing()
    const report = other.sys(watched(open('/report'), seen))
    other.batch.post(report, () => {})
    const ended = playing()
    ended.sys(watched(open('/a'), seen))
    ended.batch.end()
    expect(seen).toEqual(['unknown', 'unknown', 'not made'])
  })
})

describe('more than fits', () => {
  test('into the entries goes into several batches', () => {
    const { executor, sys } = playing({ getpid: 42 })
    for (let i = 0; i < 300; i++) sys(put(sys(open(`/${i}`)), 'x'))
    expect(sys(getpid())).toBe(42)
    expect(executor.batches.map((batch) => batch.length)).toEqual([255, 255, 91])
  })

  test('keeps the names of descriptors: by entry before, by number after', () => {
    const { executor, sys } = playing({ openat: 7 })
    const file = sys(open('/a'))
    for (let i = 0; i < 255; i++) sys(put(file, 'x'))
    sys.flush()
    expect(executor.batches.map((batch) => batch.at(-1))).toEqual(['write(result 0)', 'write(7)'])
    expect(executor.batches.map((batch) => batch.length)).toEqual([255, 1])
  })

  test('into the reply area goes into several batches, and every result is the right one', () => {
    const { executor, sys } = playing({ read: 2 })
    const file = sys(open('/a'))
    const large = 200_000
    const texts = Array.from({ length: 12 }, (_, i) => `${i}`.padStart(2, '0'))
    executor.writes = [...texts]
    const results = sys.all(texts.map(() => read(file, large)))
    expect(results.map((bytes) => new TextDecoder().decode(bytes))).toEqual(texts)
    expect(executor.batches.length).toBeGreaterThan(2)
  })

  test('into an empty arena is an error that says so', () => {
    const { sys } = playing()
    expect(() => sys(open('x'.repeat(5 << 20)))).toThrow(
      'Cannot pass the call to the kernel: 4 MiB are not enough for its arguments',
    )
  })

  test('a structure that names a descriptor of its own batch waits for the next', () => {
    const { executor, sys } = playing({ openat: 7, sendmsg: 0 })
    const file = sys(open('/a'))
    const holding = syscall<[file: Fd], void>(
      'sendmsg',
      [{ ...descriptor, encode: (fd: Fd, memory) => memory.descriptor(fd) }],
      nothing,
    )
    sys(holding(file))
    sys.flush()
    expect(executor.batches).toEqual([['openat'], ['sendmsg(7)']])
  })
})

describe('the last batch', () => {
  test('is handed over with the entry that opens the report', () => {
    const { executor, batch, sys } = playing()
    sys(open('/a'))
    const report = sys(open('/report'))
    sys(put(report, 'ready'))
    let handed: readonly string[] = []
    batch.post(report, () => {
      handed = executor.queued()
    })
    expect(handed).toEqual(['openat', 'openat', 'write(result 1)'])
    expect(executor.last()).toBe(2)
    expect(executor.batches).toEqual([])
  })

  test('must open the report itself', () => {
    const { batch, sys } = playing({ openat: 7 })
    const early = sys(open('/report'))
    sys.flush()
    expect(() => batch.post(early, () => {})).toThrow('Descriptor 7</report> is not opened by the last batch of task 1')
  })
})

// Processes: what can be seen without making any, and how an ending is read.

import { describe, expect, test } from 'bun:test'

import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { put, seek, read } from '#ffi/calls/file.ts'
import {
  type Ending,
  execveat,
  exit,
  fexecve,
  fork,
  getpid,
  getppid,
  pidfdGetfd,
  pidfdOpen,
  setDumpable,
  setName,
  setParentDeathSignal,
  setsid,
  setSubreaper,
  waitAny,
  waitPid,
  waitPidfd,
} from '#ffi/calls/process.ts'
import { decodeText } from '#ffi/kinds.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const owner = pretendedOwner()

test('a process knows itself and its parent', () => {
  expect(here(getpid())).toBe(process.pid)
  expect(here(getppid())).toBe(process.ppid)
})

describe('a pidfd', () => {
  test('is opened for a process that is there', () => {
    using pidfd = here(pidfdOpen(process.pid))
    expect(pidfd.label).toBe('pidfd_open')
    // Above the largest pid that Linux gives (PID_MAX_LIMIT).
    expect(() => here(pidfdOpen(2 ** 22 + 1))).toThrow('ESRCH')
  })

  test('gives copies of the descriptors of its process', () => {
    using pidfd = here(pidfdOpen(process.pid))
    using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
    using copy = here(pidfdGetfd(pidfd, file.number))
    here(put(copy, 'same file'))
    here(seek(file, 0))
    expect(here(read(file, 100)).length).toBe(9)
  })
})

describe('waiting', () => {
  test('for a process that is no child is an error', () => {
    expect(() => here(waitPid(process.pid, ['EXITED', 'NOHANG']))).toThrow('ECHILD')
  })

  /** What waitid(2) leaves of a child, as a result. */
  function ending(code: number, status: number): Ending | undefined {
    const view = new DataView(new ArrayBuffer(128))
    view.setInt32(0, SIGNAL.SIGCHLD, true)
    view.setInt32(8, code, true)
    view.setInt32(16, 4711, true)
    view.setInt32(24, status, true)
    return waitAny(['EXITED']).result.decode(0, [view], (_, label) => owner.open(label))
  }

  test('gives the status of a process that has exited', () => {
    expect(ending(1, 3)).toEqual({ pid: 4711, status: 3, signal: undefined })
  })

  test('gives the signal of a process that was ended by one, and the status that a shell would show', () => {
    const CLD_KILLED = 2
    const CLD_DUMPED = 3
    expect(ending(CLD_KILLED, 9)).toEqual({ pid: 4711, status: 137, signal: 9 })
    expect(ending(CLD_DUMPED, 11)).toEqual({ pid: 4711, status: 139, signal: 11 })
  })

  test('gives nothing while nothing has ended', () => {
    const { result } = waitAny(['EXITED', 'NOHANG'])
    expect(result.decode(0, [new DataView(new ArrayBuffer(128))], (_, label) => owner.open(label))).toBeUndefined()
  })

  test('is for a pidfd, a pid or anybody', () => {
    const which = [waitPidfd(owner.open('p', 7), ['EXITED']), waitPid(7, ['EXITED']), waitAny(['EXITED', 'NOWAIT'])]
    expect(which.map((call) => encoded(call).args.slice(0, 2))).toEqual([
      [3n, 7n],
      [1n, 7n],
      [0n, 0n],
    ])
    expect(which.map((call) => encoded(call).args[3])).toEqual([4n, 4n, 0x0100_0004n])
  })
})

describe('execve', () => {
  test('gets arrays of pointers that end with NULL', () => {
    const { args, text, bytes, view } = encoded(execveat('cwd', '/bin/sh', ['sh', '-c'], ['A=1']))
    const pointers = [view(2, 24), view(3, 16)].map((array) =>
      Array.from({ length: array.byteLength / 8 }, (_, i) => array.getBigUint64(8 * i, true)),
    )
    const texts = pointers.map((array) => array.map((at) => (at === 0n ? null : decodeText(bytes(at, 4)))))
    expect(texts).toEqual([
      ['sh\0\0', '-c\0\0', null],
      ['A=1\0', null],
    ])
    expect([text(1), args[4]]).toEqual(['/bin/sh', 0n])
  })

  test('shows few arguments one by one, and many as a number', () => {
    expect(execveat('cwd', '/bin/sh', ['sh', 'a b'], []).show()).toBe(
      'execveat(AT_FDCWD, "/bin/sh", ["sh", "a b"], [])',
    )
    expect(execveat('cwd', '/x', Array<string>(9).fill('a'), []).show()).toContain('[9 strings]')
  })

  test('of an open file says so', () => {
    const call = fexecve(owner.open('memfd', 9), ['a'], [])
    expect(encoded(call).args[4]).toBe(0x1000n)
    expect(call.show()).toBe('execveat(9<memfd>, "", ["a"], [], AT_EMPTY_PATH)')
  })
})

test('a fork makes a sibling, whose parent is the task’s', () => {
  const call = fork()
  const [flags, stack] = encoded(call).args
  expect([flags, stack]).toEqual([0x0010_8000n | BigInt(SIGNAL.SIGCHLD), 0n])
  expect([call.forks, call.where]).toEqual([true, 'task'])
})

test('calls of prctl carry their option, and read by its name', () => {
  const calls = [setParentDeathSignal('SIGKILL'), setParentDeathSignal('none'), setDumpable(0), setSubreaper(1)]
  expect(calls.map((call) => encoded(call).args.slice(0, 2))).toEqual([
    [1n, 9n],
    [1n, 0n],
    [4n, 0n],
    [36n, 1n],
  ])
  expect(calls.map((call) => call.show())).toEqual([
    'prctl(PR_SET_PDEATHSIG, SIGKILL)',
    'prctl(PR_SET_PDEATHSIG, none)',
    'prctl(PR_SET_DUMPABLE, 0)',
    'prctl(PR_SET_CHILD_SUBREAPER, 1)',
  ])
  expect(encoded(setName('bunc')).text(1)).toBe('bunc')
})

test('calls without arguments have none', () => {
  expect([setsid(), getpid()].map((call) => call.show())).toEqual(['setsid()', 'getpid()'])
  expect(exit(3).show()).toBe('exit_group(3)')
})

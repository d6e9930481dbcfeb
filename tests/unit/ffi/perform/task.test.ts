// Tasks: real processes that run the executor.

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { tolerating } from '#ffi/call.ts'
import { setresuid } from '#ffi/calls/credentials.ts'
import { duplicate, memfdCreate, pipe, poll } from '#ffi/calls/descriptor.ts'
import { openat, put, read } from '#ffi/calls/file.ts'
import { unshare } from '#ffi/calls/namespace.ts'
import { execveat, exit, getpid, getppid, setDumpable, waitPidfd } from '#ffi/calls/process.ts'
import { setLimit } from '#ffi/calls/resource.ts'
import { pidfdSendSignal } from '#ffi/calls/signal.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { REPLY, REQUEST, TASK_REPLY, TASK_REQUEST } from '#ffi/executor/layout.ts'
import { counters, TaskDied } from '#ffi/perform/task.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { here } from '#ffi/perform/here.ts'
import type { Task } from '#ffi/perform/kernel.ts'
import { linux } from '#ffi/perform/linux.ts'
import { eventually } from '#tests/support/eventually.ts'
import { needs } from '#tests/support/needs.ts'
import { contents, statusField } from '../started.ts'

const asRoot = needs('root')
const make = () => linux.task({ namespaces: [] })
const proc = (task: Task, file: string) => readFileSync(`/proc/${task.pid}/${file}`, 'utf8')

/** What a task is thrown for. */
function thrown(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a task', () => {
  test('performs calls in its own process', () => {
    using task = make()
    expect(task.sys(getpid())).toBe(task.pid)
    expect(task.sys(getppid())).toBe(process.pid)
    expect(task.pid).not.toBe(process.pid)
  })

  test('has one thread, no environment, and a name that ps shows', () => {
    using task = make()
    task.sys(getpid())
    const status = proc(task, 'status')
    expect(statusField(status, 'Threads')).toBe('1')
    expect(statusField(status, 'Name')).toBe('bunc:[init]')
    expect(proc(task, 'environ')).toBe('')
    expect(proc(task, 'cmdline')).toBe('bunc\0init\0')
  })

  test('runs from a sealed file that nobody can write (CVE-2019-5736)', () => {
    using task = make()
    expect(readlinkSync(`/proc/${task.pid}/exe`)).toBe('/memfd:bunc-executor (deleted)')
    expect(() => here(openat('cwd', `/proc/${task.pid}/exe`, ['WRONLY']))).toThrow('ETXTBSY')
  })

  test('sees requests read-only and replies read-write, and nothing of our memory', () => {
    using task = make()
    task.sys(getpid())
    const lines = proc(task, 'maps').trim().split('\n')
    const at = (address: number) => lines.find((line) => line.startsWith(address.toString(16).padStart(8, '0')))
    const range = (from: number, size: number) => `${from.toString(16)}-${(from + size).toString(16)}`
    expect(at(TASK_REQUEST)).toStartWith(`${range(TASK_REQUEST, REQUEST.size)} r--s `)
    expect(at(TASK_REPLY)).toStartWith(`${range(TASK_REPLY, REPLY.size)} rw-s `)
    const names = lines.map((line) => line.split(/\s+/)[5] ?? '')
    expect(new Set(names)).toEqual(
      new Set(['/memfd:bunc-executor', '/memfd:bunc-arena', '[stack]', ...names.filter((name) => /^\[v/.test(name))]),
    )
    expect(lines.filter((line) => line.includes('x') && /^\w+-\w+ .w/.test(line))).toEqual([])
  })

  test('has stdio, what it was born with, and no other descriptor', () => {
    using given = here(memfdCreate('bunc-test-given', ['CLOEXEC']))
    using _ = here(memfdCreate('bunc-test-not-given', ['CLOEXEC']))
    using task = linux.task({ namespaces: [], inherit: [given] })
    task.sys(getpid())
    const open = [...new Bun.Glob('*').scanSync({ cwd: `/proc/${task.pid}/fd`, onlyFiles: false })].toSorted()
    expect(open).toEqual(['0', '1', '2', String(given.number)].toSorted())
    const flags = /^flags:\s+(\d+)$/m.exec(proc(task, `fdinfo/${given.number}`))?.[1]
    expect(parseInt(flags ?? '', 8) & 0o2000000).toBe(0o2000000)
  })

  test('uses what it was born with as its own, and leaves ours alone', () => {
    using given = here(memfdCreate('bunc-test-given', ['CLOEXEC']))
    using task = linux.task({ namespaces: [], inherit: [given] })
    task.sys(put(task.inherit(given), 'from the task'))
    task.sys.flush()
    expect(contents(given)).toBe('from the task')
    expect(() => task.sys(put(given, 'x'))).toThrow(`Descriptor ${given} belongs to here, not to task ${task.pid}`)
  })

  test('makes calls before it becomes a task, when it is told to', () => {
    using given = here(memfdCreate('bunc-test-given', ['CLOEXEC']))
    using _ = linux.task({ namespaces: [], calls: [put(given, 'at birth')] })
    expect(contents(given)).toBe('at birth')
  })

  test('whose birth fails is not there, and the error is that of the call', () => {
    const error = thrown(() => linux.task({ namespaces: [], calls: [execveat('cwd', '/nowhere', [], [])] }))
    expect(String(error)).toMatch(/execveat\(.*\) = ENOENT .* in new process \d+$/)
  })

  test('counts its round trips: what can wait costs none', () => {
    using task = make()
    task.sys(getpid())
    const { roundTrips, calls } = counters
    for (let i = 0; i < 10; i++) task.sys(setDumpable(0))
    expect(counters.roundTrips).toBe(roundTrips)
    task.sys(getpid())
    expect([counters.roundTrips, counters.calls]).toEqual([roundTrips + 1, calls + 11])
  })

  test('answers as often as it is asked, also after it has slept', async () => {
    using task = make()
    for (let i = 0; i < 500; i++) expect(task.sys(getpid())).toBe(task.pid)
    await Bun.sleep(20)
    expect(task.sys(getpid())).toBe(task.pid)
  })

  test('can be waited for longer than the time after which it is asked whether it lives', () => {
    using task = make()
    expect(task.sys(poll([], 120))).toEqual([])
    expect(task.sys(getpid())).toBe(task.pid)
  })
})

describe('a call that fails in a task', () => {
  test('is the same error as here, with the errno and the task', () => {
    using task = make()
    const error = thrown(() => doing('open it', () => task.sys(openat('cwd', '/nowhere', ['RDONLY'])).number))
    expect(error).toBeInstanceOf(SyscallError)
    expect(error).toMatchObject({
      errno: 'ENOENT',
      where: `task ${task.pid}`,
      call: 'openat(AT_FDCWD, "/nowhere", RDONLY)',
      actions: ['open it'],
    })
  })

  test('ends the batch: what comes after it is not made, and nothing more is accepted', () => {
    using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
    using task = linux.task({ namespaces: [], inherit: [file] })
    const own = task.inherit(file)
    task.sys(put(own, 'before '))
    task.sys(openat('cwd', '/nowhere', ['RDONLY']))
    task.sys(put(own, 'after'))
    expect(() => task.sys.flush()).toThrow('ENOENT')
    expect(contents(file)).toBe('before ')
    expect(() => task.sys(getpid())).toThrow(
      `Cannot make getpid in task ${task.pid}: it is gone, or an earlier call failed`,
    )
  })

  test('and was declared harmless leaves a missing descriptor, and skips what names it', () => {
    using task = make()
    const file = task.sys(tolerating(openat('cwd', '/nowhere', ['RDONLY']), 'ENOENT'))
    // Queued together with it: nobody knows yet that it is missing.
    const copy = task.sys(duplicate(file, 3))
    task.sys(put(copy, 'x'))
    expect(task.sys(getpid())).toBe(task.pid)
    expect([file.missing, copy.missing]).toEqual([true, true])
  })
})

describe('a task that ends', () => {
  test('because it is killed, is an error that says so', () => {
    using task = make()
    task.sys(getpid())
    here(pidfdSendSignal(task.pidfd, SIGNAL.SIGKILL))
    const error = thrown(() => task.sys(getpid()))
    expect(error).toBeInstanceOf(TaskDied)
    expect(error).toMatchObject({ signal: 9, message: `task ${task.pid} ended by signal 9 while it was being set up` })
  })

  test('because it exits, is an error that says with which status', () => {
    using task = make()
    task.sys(exit(3))
    expect(() => task.sys.flush()).toThrow(`task ${task.pid} ended with status 3 while it was being set up`)
  })

  test('is reaped at the end of its scope, whether it lived or not', () => {
    const pids = [false, true].map((killed) => {
      using task = make()
      if (killed) here(pidfdSendSignal(task.pidfd, SIGNAL.SIGKILL))
      return task.pid
    })
    expect(pids.map((pid) => existsSync(`/proc/${pid}`))).toEqual([false, false])
  })

  test('accepts no more calls, and its descriptors can still be disposed of', () => {
    const task = make()
    const file = task.sys(openat('cwd', '/', ['PATH']))
    expect(file.number).toBeGreaterThan(2)
    task[Symbol.dispose]()
    task[Symbol.dispose]()
    expect(() => task.sys(getpid())).toThrow('it is gone')
    file[Symbol.dispose]()
  })

  test.each(['newly made', 'forked'])('with bunc, when bunc is killed: %s', async (how) => {
    const bunc = Bun.spawn([process.execPath, join(import.meta.dir, 'children/orphan.ts'), how], { stdout: 'pipe' })
    const { value } = await bunc.stdout.getReader().read()
    const pid = Number(decodeText(value ?? new Uint8Array()))
    const gone = () =>
      !existsSync(`/proc/${pid}`) || statusField(readFileSync(`/proc/${pid}/status`, 'utf8'), 'State')?.startsWith('Z')
    expect(pid).toBeGreaterThan(0)
    expect(gone()).toBe(false)
    bunc.kill('SIGKILL')
    await bunc.exited
    await eventually('the end of the task', gone)
  })
})

describe('a task that goes on as a program', () => {
  /** Lets a task execute a program. Gives how the program ended, and what the task has reported. */
  function becomes(
    path: string,
    args: readonly string[],
  ): { status: number | undefined; reported: bigint | undefined } {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    using report = reading
    using ours = writing
    using task = linux.task({ namespaces: [], inherit: [ours] })
    const told: Fd = task.sys(duplicate(task.inherit(ours), 3))
    task.sys(execveat('cwd', path, args, []))
    using pidfd = task.become(told).pidfd
    ours[Symbol.dispose]()
    const bytes = here(read(report, 8))
    const ending = here(waitPidfd(pidfd, ['EXITED']))
    const reported = bytes.length === 8 ? new DataView(bytes.buffer).getBigInt64(0, true) : undefined
    return { status: ending?.status, reported }
  }

  test('reports nothing: its end of the pipe is closed by execve', () => {
    expect(becomes('/bin/sh', ['sh', '-c', 'exit 5'])).toEqual({ status: 5, reported: undefined })
  })

  test('but cannot, reports the errno and exits as runc’s init does', () => {
    expect(becomes('/nowhere', [])).toEqual({ status: 255, reported: -2n })
  })

  test('can no longer be asked for anything', () => {
    const [reading, writing] = here(pipe(['CLOEXEC']))
    using _ = reading
    using ours = writing
    using task = linux.task({ namespaces: [], inherit: [ours] })
    const told = task.sys(duplicate(task.inherit(ours), 3))
    task.sys(execveat('cwd', '/bin/true', ['true'], []))
    using pidfd = task.become(told).pidfd
    expect(() => task.sys(getpid())).toThrow('it is gone')
    here(waitPidfd(pidfd, ['EXITED']))
  })

  test('must be told where to report', () => {
    using task = make()
    expect(() => task.become(task.standard(2))).toThrow('is not opened by the last batch')
  })
})

describe('namespaces', () => {
  asRoot.test('a task that is born into a pid namespace is its first process', () => {
    using task = linux.task({ namespaces: ['NEWPID', 'NEWNS', 'NEWUTS', 'NEWIPC', 'NEWNET'] })
    expect(task.sys(getpid())).toBe(1)
    expect(task.sys(getppid())).toBe(0)
    expect(task.pid).toBeGreaterThan(1)
    for (const name of ['pid', 'mnt', 'uts', 'ipc', 'net'])
      expect(readlinkSync(`/proc/${task.pid}/ns/${name}`)).not.toBe(readlinkSync(`/proc/self/ns/${name}`))
    expect(readlinkSync(`/proc/${task.pid}/ns/user`)).toBe(readlinkSync('/proc/self/ns/user'))
  })

  asRoot.test('a task that forks goes on in the pid namespace that it has made', () => {
    using task = make()
    const before = task.pid
    task.sys(unshare(['NEWPID']))
    task.fork()
    expect(task.sys(getpid())).toBe(1)
    expect(task.pid).not.toBe(before)
    // The first one is gone and was reaped, the second is a child of ours.
    expect(existsSync(`/proc/${before}`)).toBe(false)
    expect(statusField(proc(task, 'status'), 'PPid')).toBe(String(process.pid))
  })

  asRoot.test('a task that has forked dies with bunc, too, and is named by its new pid', () => {
    using task = make()
    task.fork()
    here(pidfdSendSignal(task.pidfd, SIGNAL.SIGKILL))
    expect(() => task.sys(getpid())).toThrow(`task ${task.pid} ended by signal 9`)
  })

  asRoot.test('a fork that fails is an error, and the task is still there', () => {
    using task = make()
    const before = task.pid
    task.sys(setresuid(12_345, 12_345, 12_345))
    task.sys(setLimit(0, 'RLIMIT_NPROC', { soft: 0n, hard: 0n }))
    expect(() => task.fork()).toThrow(/^clone\(CLONE_PARENT\|CLONE_PARENT_SETTID\|SIGCHLD\) = EAGAIN/)
    expect([task.pid, existsSync(`/proc/${before}`)]).toEqual([before, true])
  })
})

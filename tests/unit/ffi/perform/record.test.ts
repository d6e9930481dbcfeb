// Calls that are written down and not made.

import { describe, expect, test } from 'bun:test'

import { tolerating } from '#ffi/call.ts'
import { close, duplicate, memfdCreate, pipe } from '#ffi/calls/descriptor.ts'
import { fstat, openat, put, read } from '#ffi/calls/file.ts'
import { execveat, getpid } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { type Answers, record } from '#ffi/perform/record.ts'

const open = (path: string) => openat('cwd', path, ['RDONLY'])
const lines = (kernel: ReturnType<typeof record>) =>
  kernel.recorded.map(({ where, call, result }) => `${where}: ${call} = ${result}`)

test('a call is written down with who would have made it and what it was said to give', () => {
  const kernel = record((_, call) => (call.name === 'getpid' ? 42 : undefined))
  {
    using file = kernel.here(open('/a'))
    kernel.here(put(file, 'x'))
  }
  expect(kernel.here(getpid())).toBe(42)
  expect(lines(kernel)).toEqual([
    'here: openat(AT_FDCWD, "/a", RDONLY) = 3</a>',
    'here: write(3</a>, "x") = 0',
    'here: close(3</a>) = 0',
    'here: getpid() = 42',
  ])
})

test('a call is written down with what it is a part of', () => {
  const kernel = record(() => undefined)
  doing('make a container', () => doing('open its root', () => kernel.here(open('/'))))
  expect(kernel.recorded[0]?.actions).toEqual(['make a container', 'open its root'])
})

describe('an answer', () => {
  test('can be a refusal: shown by its errno, thrown unless it is harmless', () => {
    const kernel = record(() => ({ refused: 'ENOENT' }))
    const missing = kernel.here(tolerating(open('/a'), 'ENOENT'))
    expect(missing.missing).toBe(true)
    let caught: unknown
    try {
      doing('open it', () => kernel.here(open('/b')))
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SyscallError)
    expect(caught).toMatchObject({ errno: 'ENOENT', where: 'here', actions: ['open it'] })
    expect(kernel.recorded.map(({ result }) => result)).toEqual(['ENOENT', 'ENOENT'])
  })

  test('can be that something is missing, without saying why', () => {
    const kernel = record(() => 'missing')
    expect(kernel.here(open('/a')).missing).toBe(true)
    expect(kernel.here(getpid())).toBeUndefined()
  })

  test('can hold descriptors', () => {
    const answers: Answers = (_, call, openFd) =>
      call.name === 'pipe2' ? [openFd('reading'), openFd('writing')] : new Uint8Array(1)
    const kernel = record(answers)
    const [reading, writing] = kernel.here(pipe(['CLOEXEC']))
    kernel.here(read(reading, 1))
    writing[Symbol.dispose]()
    expect(lines(kernel)).toEqual([
      'here: pipe2(CLOEXEC) = [3<reading>, 4<writing>]',
      'here: read(3<reading>, 1) = 1',
      'here: close(4<writing>) = 0',
    ])
  })

  test('is not asked for when a call names what is missing', () => {
    const asked: string[] = []
    const kernel = record((_, call) => {
      asked.push(call.name)
      return 'missing'
    })
    const missing = kernel.here(open('/a'))
    expect(kernel.here(duplicate(missing, 3)).missing).toBe(true)
    expect(asked).toEqual(['openat'])
  })

  test('knows who asks', () => {
    const asked: string[] = []
    const kernel = record((where) => void asked.push(where))
    using task = kernel.task({ namespaces: [] })
    task.sys(getpid())
    kernel.here(getpid())
    expect(asked).toEqual(['task 101', 'here'])
  })
})

describe('mistakes that a real process would punish', () => {
  test('are punished: the descriptor of another process, one that is closed', () => {
    const kernel = record(() => undefined)
    using task = kernel.task({ namespaces: [] })
    const ours = kernel.here(open('/a'))
    expect(() => task.sys(put(ours, 'x'))).toThrow(`Descriptor ${ours} belongs to here, not to task 101`)
    ours[Symbol.dispose]()
    expect(() => kernel.here(close(ours))).toThrow(`Descriptor ${ours} is closed`)
  })
})

describe('a task', () => {
  test('is born with namespaces, a cgroup, calls and files', () => {
    const kernel = record(() => undefined)
    const [file, cgroup] = kernel.here.all([memfdCreate('given', []), open('/cgroup')])
    if (file === undefined || cgroup === undefined) throw new Error('Not recorded')
    using task = kernel.task({ namespaces: ['NEWPID', 'NEWNS'], cgroup, calls: [put(file, '0')], inherit: [file] })
    expect(lines(kernel).slice(2)).toEqual([
      'here: clone3(CLONE_NEWPID|CLONE_NEWNS|CLONE_INTO_CGROUP 4</cgroup>) = 101',
      'task 101: write(3<given>, "0") = 0',
      'task 101: execveat("bunc-executor", ["bunc", "init"]) with [3<given>] = 0',
    ])
    expect([task.pid, task.inherit(file).number, task.standard(0).label]).toEqual([101, 3, 'stdin'])
  })

  test('that forks has another pid, and its calls are told from those before', () => {
    const kernel = record(() => 1)
    using task = kernel.task({ namespaces: [] })
    task.sys(getpid())
    task.fork()
    task.sys(getpid())
    expect(lines(kernel).slice(2)).toEqual([
      'task 101: getpid() = 1',
      'task 101: fork() = 102',
      'task 102: getpid() = 1',
    ])
    expect([task.pid, task.pidfd.label]).toEqual([102, 'process 102'])
  })

  test('that goes on alone is not killed, another one is', () => {
    const kernel = record(() => undefined)
    {
      using gone = kernel.task({ namespaces: [] })
      const report = gone.sys(open('/report'))
      gone.sys(execveat('cwd', '/bin/sh', [], []))
      gone.become(report)
      using _ = kernel.task({ namespaces: [] })
    }
    const [kill, ...others] = lines(kernel)
      .filter((line) => /SIGKILL|alone/.test(line))
      .toReversed()
    expect(kill).toMatch(/^here: pidfd_send_signal\(\d+<process 102>, SIGKILL\) = 0$/)
    expect(others).toEqual([expect.stringMatching(/^task 101: goes on alone, a failure goes to \d+<\/report> = \?$/)])
  })
})

test('a program is started with what it would be given', () => {
  const kernel = record(() => undefined)
  const file = kernel.here(open('/dev/null'))
  const { pid } = kernel.start({ path: '/hook', args: ['hook', 'a b'], env: ['A=1'], stdio: [file, file, file] })
  expect(pid).toBe(101)
  expect(lines(kernel).slice(1)).toEqual([
    'here: clone3(0) = 101',
    'process 101: execveat(AT_FDCWD, "/hook", ["hook", "a b"], [/* 1 vars */]) = ?',
    'process 101: stdio [3</dev/null>, 3</dev/null>, 3</dev/null>] = 0',
  ])
})

test('a structure that was said to be filled is what the answer says', () => {
  const stat = { type: 'file' }
  const kernel = record(() => stat)
  const file = kernel.here(open('/a'))
  expect<unknown>(kernel.here(fstat(file))).toBe(stat)
})

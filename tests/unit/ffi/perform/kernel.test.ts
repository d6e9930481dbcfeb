// Kernels and their decorators: every call of a command goes through, here and in tasks.

import { describe, expect, test } from 'bun:test'

import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { openat } from '#ffi/calls/file.ts'
import { getpid, setName, waitPidfd } from '#ffi/calls/process.ts'
import { decorated, type Decorator, linux, wrapped } from '#ffi/perform/kernel.ts'
import { record } from '#ffi/perform/record.ts'
import { here } from '#ffi/perform/here.ts'
import { needs } from '#tests/support/needs.ts'
import { contents, run } from '../started.ts'

/** A decorator that notes what passes, with where it passes. */
function noting(): { seen: string[]; decorator: Decorator } {
  const seen: string[] = []
  const decorator: Decorator = (sys, where) =>
    wrapped(sys, (call) => {
      seen.push(`${where}: ${call.name}`)
      return sys(call)
    })
  return { seen, decorator }
}

describe('a decorated kernel', () => {
  test('shows all calls of this process to the decorator', () => {
    const { seen, decorator } = noting()
    const kernel = decorated(linux, decorator)
    kernel.here(getpid())
    kernel.here.all([getpid(), getpid()])
    kernel.here.flush()
    expect(seen).toEqual(['here: getpid', 'here: getpid', 'here: getpid'])
  })

  test('shows all calls of a task, which is the same in every other way', () => {
    const { seen, decorator } = noting()
    using given = here(memfdCreate('bunc-test', ['CLOEXEC']))
    using task = decorated(linux, decorator).task({ namespaces: [], inherit: [given] })
    expect(task.sys(getpid())).toBe(task.pid)
    expect(task.inherit(given).number).toBe(given.number)
    expect(String(task.standard(1))).toBe('1<stdout>')
    expect(String(task.standard(5))).toBe('5<inherited 5>')
    expect(task.pidfd.label).toBe(`process ${task.pid}`)
    task.sys(setName('x'))
    task.sys.flush()
    expect(seen).toEqual([`task ${task.pid}: getpid`, `task ${task.pid}: prctl`])
  })

  needs('root').test('shows the calls of a task that has forked, under its new pid', () => {
    const { seen, decorator } = noting()
    using task = decorated(linux, decorator).task({ namespaces: [] })
    const before = task.pid
    task.fork()
    task.sys(getpid())
    expect(task.pid).not.toBe(before)
    expect(seen).toEqual([`task ${task.pid}: getpid`])
  })

  test('lets a task go and starts programs like the one that it decorates', () => {
    const recording = record(() => undefined)
    const kernel = decorated(recording, noting().decorator)
    using task = kernel.task({ namespaces: [] })
    const report = task.sys(openat('cwd', '/report', ['WRONLY']))
    expect(task.become(report).pid).toBe(task.pid)
    const stdio = [kernel.here(openat('cwd', '/dev/null', ['RDWR']))] as const
    kernel.start({ path: '/hook', args: ['hook'], env: [], stdio: [...stdio, ...stdio, ...stdio] })
    const calls = recording.recorded.map(({ call }) => call)
    expect(calls.filter((call) => call.startsWith('clone3'))).toHaveLength(2)
  })
})

describe('Linux', () => {
  test('starts programs with the stdio that they are given, in any order of numbers', () => {
    using output = here(memfdCreate('bunc-test', ['CLOEXEC']))
    using errors = here(memfdCreate('bunc-test', ['CLOEXEC']))
    using input = here(openat('cwd', '/dev/null', ['RDONLY']))
    const args = ['sh', '-c', 'echo out; echo err >&2; cat']
    using pidfd = linux.start({ path: '/bin/sh', args, env: ['PATH=/bin'], stdio: [input, output, errors] }).pidfd
    here(waitPidfd(pidfd, ['EXITED']))
    expect([contents(output), contents(errors)]).toEqual(['out\n', 'err\n'])
  })

  test('gives both outputs the same file when it is asked to', () => {
    expect(run('/bin/sh', ['sh', '-c', 'echo out; echo err >&2']).output).toBe('out\nerr\n')
  })
})

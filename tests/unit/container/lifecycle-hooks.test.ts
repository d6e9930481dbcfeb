// What hooks are told, and how one runs inside a container, as calls.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { type Answers, record } from '#ffi/perform/record.ts'
import { startInside, stateJson } from '#src/container/lifecycle-hooks.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { stateOf } from './state-of.ts'

describe('the state', () => {
  test('has what the specification wants', () => {
    const state = stateOf({ annotations: { key: 'value' } })
    expect(JSON.parse(stateJson(state, 'creating', 12))).toEqual({
      ociVersion: '1.2.0',
      id: 'web',
      status: 'creating',
      pid: 12,
      bundle: '/bundle',
      annotations: { key: 'value' },
    })
  })

  test('has no pid when there is no process, and no annotations when there are none', () => {
    expect(Object.keys(JSON.parse(stateJson(stateOf(), 'stopped', 0)))).toEqual([
      'ociVersion',
      'id',
      'status',
      'bundle',
    ])
  })
})

describe('a program inside a container', () => {
  const closed = new Uint8Array()
  /** Starts one in a recording. `result` is what comes through the pipe that its execve closes. */
  function started(result: Uint8Array, path = '') {
    const answers: Answers = (_, call: Call<unknown>, open) => {
      if (call.name === 'pipe2') return [open('report, reading'), open('report, writing')]
      if (call.name === 'ppoll') return [true]
      return call.name === 'read' ? result : undefined
    }
    const kernel = record(answers)
    const init = kernel.here(openat('cwd', '/init', ['PATH']))
    const file = kernel.here(openat('cwd', '/dev/null', ['RDWR']))
    const plan = planNamespaces(['pid', 'mount'].map((type) => ({ type: type === 'pid' ? 'pid' : 'mount', path })))
    const start = startInside(kernel, init, plan)
    const lines = () => kernel.recorded.map(({ where, call }) => `${where}: ${call.replaceAll(/\d+</g, '<')}`)
    return { lines, start: () => start({ path: '/hook', args: ['hook'], env: [], stdio: [file, file, file] }) }
  }

  test('joins the container’s namespaces before it forks, and gives its stdio the right numbers', () => {
    const { lines, start } = started(closed)
    expect(start().pidfd.label).toBe('process 102')
    const ofTasks = lines().filter((line) => line.startsWith('task'))
    expect(ofTasks.slice(1)).toEqual([
      'task 101: prctl(PR_SET_DUMPABLE, 0)',
      'task 101: setns(</init>, NEWNS|NEWPID)',
      'task 101: fork()',
      'task 102: dup3(</dev/null>, 0)',
      'task 102: dup3(</dev/null>, 1)',
      'task 102: dup3(</dev/null>, 2)',
      'task 102: chdir("/")',
      'task 102: fcntl(<report, writing>, F_DUPFD_CLOEXEC, 3)',
      'task 102: execveat(AT_FDCWD, "/hook", ["hook"], [])',
      'task 102: goes on alone, a failure goes to <report, writing>',
    ])
  })

  test('lets go of the end of the pipe that its execve closes, else nobody would see that', () => {
    const { lines, start } = started(closed)
    start()
    const all = lines()
    const alone = all.findIndex((line) => line.includes('goes on alone'))
    const poll = all.findIndex((line) => line.includes('ppoll'))
    expect(all.slice(alone, poll)).toContain('here: close(<report, writing>)')
  })

  test('that cannot be executed is waited for, and the reason is told', () => {
    const { lines, start } = started(new Uint8Array(new BigInt64Array([-2n]).buffer))
    expect(start).toThrow('exec "/hook": no such file or directory')
    expect(lines().some((line) => line.startsWith('here: waitid'))).toBe(true)
  })
})

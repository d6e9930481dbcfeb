// Processes that bunc makes: what they begin with, and that nothing is left of those that could not.

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { execveat, waitAny, waitPid } from '#ffi/calls/process.ts'
import { signalMask, signalSet } from '#ffi/calls/signal.ts'
import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { spawn } from '#ffi/perform/spawn.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { here } from '#ffi/perform/here.ts'
import { linux } from '#ffi/perform/linux.ts'
import { scratch } from '../scratch.ts'
import { run, statusField, withOutput } from '../started.ts'

/** Takes a function that must throw a SyscallError, gives it. */
function failureOf(act: () => unknown): SyscallError {
  try {
    act()
  } catch (error) {
    if (error instanceof SyscallError) return error
    throw error
  }
  throw new Error('It has not failed')
}

describe('a program', () => {
  test('gets its arguments and its environment, and nothing of ours', () => {
    process.env['BUNC_TEST_SECRET'] = 'not for others'
    expect(run('/bin/sh', ['sh', '-c', 'echo "$0-$1"; env', 'ä b', ''], ['A=1', 'B=']).output).toMatch(
      /^ä b-\nA=1\nB=\n(?:PWD=.*\n|_=.*\n|SHLVL=.*\n)*$/,
    )
    delete process.env['BUNC_TEST_SECRET']
  })

  test('ends with its own status, or by a signal', () => {
    expect(run('/bin/sh', ['sh', '-c', 'exit 7']).ending).toMatchObject({ status: 7, signal: undefined })
    expect(run('/bin/sh', ['sh', '-c', 'kill -9 $$']).ending).toMatchObject({ status: 137, signal: 9 })
  })

  test('has stdio and no other descriptor', () => {
    using _ = here(memfdCreate('bunc-test-not-for-others', ['CLOEXEC']))
    // 3 is the directory that ls reads.
    expect(run('/bin/ls', ['ls', '/proc/self/fd']).output.split('\n')).toEqual(['0', '1', '2', '3', ''])
  })

  test('finds no signal ignored or blocked that Bun or bunc have ignored or blocked', () => {
    // The mask that a process gets is the one from before the first was made.
    run('/bin/true', ['true'])
    const before = here(signalMask('BLOCK', signalSet(['SIGUSR1'])))
    const { output } = run('/bin/cat', ['cat', '/proc/self/status'])
    here(signalMask('SETMASK', before))
    const ours = readFileSync('/proc/self/status', 'utf8')
    const bit = (name: keyof typeof SIGNAL) => 1n << BigInt(SIGNAL[name] - 1)
    const ignored = (status: string) => BigInt(`0x${statusField(status, 'SigIgn')}`)
    expect(ignored(ours) & bit('SIGPIPE')).toBe(bit('SIGPIPE'))
    expect(ignored(output) & (bit('SIGPIPE') | bit('SIGXFSZ'))).toBe(0n)
    expect(statusField(output, 'SigCgt')).toBe('0000000000000000')
    expect(statusField(output, 'SigBlk')).toBe('0000000000000000')
  })

  test('has a parent that can wait for it, and is reaped by that', () => {
    const { ending } = run('/bin/true', ['true'])
    expect(existsSync(`/proc/${ending?.pid}`)).toBe(false)
  })

  test('leaves the signal mask of this process as it was', () => {
    const mask = () => here(signalMask('BLOCK', signalSet([])))
    const before = mask()
    run('/bin/true', ['true'])
    expect(mask()).toEqual(before)
  })
})

describe('a process that cannot be made', () => {
  const start = (path: string) => withOutput((stdio) => void linux.start({ path, args: [path], env: [], stdio }))

  test('because there is no such program, fails by that call and leaves no zombie', () => {
    const { errno, call, message } = failureOf(() => start('/nowhere/program'))
    expect([errno, call]).toEqual(['ENOENT', 'execveat(AT_FDCWD, "/nowhere/program", ["/nowhere/program"], [])'])
    const pid = Number(/ in new process (\d+)$/.exec(message)?.[1])
    expect(() => here(waitPid(pid, ['EXITED', 'NOHANG']))).toThrow('ECHILD')
    expect(existsSync(`/proc/${pid}`)).toBe(false)
  })

  test('because the file is no program, fails by that call', () => {
    using at = scratch()
    writeFileSync(at.path('file'), 'no program', { mode: 0o755 })
    expect(failureOf(() => start(at.path('file'))).errno).toBe('ENOEXEC')
    writeFileSync(at.path('data'), '')
    expect(failureOf(() => start(at.path('data'))).errno).toBe('EACCES')
  })

  test('because a call before the last one fails, names that call', () => {
    const failing = execveat('cwd', '/first', [], [])
    const { call, actions } = failureOf(() =>
      doing('start a program', () =>
        spawn({ namespaces: [], calls: [failing, execveat('cwd', '/bin/true', ['true'], [])] }),
      ),
    )
    expect([call, actions]).toEqual(['execveat(AT_FDCWD, "/first", [], [])', ['start a program']])
  })

  test('because its namespaces are refused, fails by clone3 and there is no process', () => {
    // CLONE_INTO_CGROUP with a descriptor of what is no cgroup.
    using file = here(memfdCreate('bunc-test', ['CLOEXEC']))
    const { errno, call, where } = failureOf(() => spawn({ namespaces: ['NEWUTS'], cgroup: file, calls: [] }))
    expect([errno, call, where]).toEqual(['EBADF', 'clone3(CLONE_NEWUTS|CLONE_INTO_CGROUP)', 'here'])
  })

  test('keeps no child: nobody is left to wait for', () => {
    for (let i = 0; i < 20; i++) failureOf(() => start('/nowhere'))
    expect(failureOf(() => here(waitAny(['EXITED', 'NOHANG']))).errno).toBe('ECHILD')
  })

  test('keeps no descriptor', () => {
    failureOf(() => start('/nowhere'))
    const count = () => [...new Bun.Glob('*').scanSync({ cwd: '/proc/self/fd', onlyFiles: false })].length
    const before = count()
    for (let i = 0; i < 20; i++) failureOf(() => start('/nowhere'))
    expect(count()).toBe(before)
  })
})

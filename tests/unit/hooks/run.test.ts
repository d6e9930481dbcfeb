// Hooks, as real programs that get the state of a container.

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

import { linux } from '#ffi/perform/linux.ts'
import type { Hook } from '#src/config/schema/hooks.ts'
import { Failure } from '#src/failure.ts'
import { runHooks } from '#src/hooks/run.ts'
import { eventually } from '#tests/support/eventually.ts'
import { scratch } from '../ffi/scratch.ts'

const STATE = JSON.stringify({ id: 'web', padding: 'x'.repeat(200_000) })
const shell = (script: string, timeout?: number): Hook => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  env: ['PATH=/usr/bin:/bin', 'GIVEN=1'],
  ...(timeout === undefined ? {} : { timeout }),
})

/** Runs hooks; gives the Failure of the first that failed. */
function failureOf(...hooks: Hook[]): Failure | undefined {
  try {
    runHooks(linux, { kind: 'poststop', hooks, state: STATE, start: linux.start })
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

describe('a hook', () => {
  test('gets the whole state on stdin, its own environment, and no more', () => {
    using at = scratch()
    expect(
      failureOf(shell(`cat > ${at.path('state')}; env > ${at.path('env')}; ls /proc/self/fd > ${at.path('fds')}`)),
    ).toBeUndefined()
    expect(readFileSync(at.path('state'), 'utf8')).toBe(STATE)
    const env = readFileSync(at.path('env'), 'utf8').split('\n')
    expect(env).toContain('GIVEN=1')
    expect(env.some((line) => line.startsWith('HOME='))).toBe(false)
    expect(readFileSync(at.path('fds'), 'utf8').trim().split('\n')).toEqual(['0', '1', '2', '3'])
  })

  test('need not read its state', () => {
    expect(failureOf(shell('exec <&-; exit 0'))).toBeUndefined()
  })

  test('without arguments is called by its path', () => {
    using at = scratch()
    writeFileSync(at.path('hook'), `#!/bin/sh\necho "$0 $#" > ${at.path('called')}\n`, { mode: 0o755 })
    expect(failureOf({ path: at.path('hook'), args: [], env: [] })).toBeUndefined()
    expect(readFileSync(at.path('called'), 'utf8')).toBe(`${at.path('hook')} 0\n`)
  })

  test('runs after the one before it has ended', () => {
    using at = scratch()
    const out = at.path('order')
    expect(failureOf(shell(`sleep 0.05; echo first >> ${out}`), shell(`echo second >> ${out}`))).toBeUndefined()
    expect(readFileSync(out, 'utf8')).toBe('first\nsecond\n')
  })

  test('may print much without being stopped by it', () => {
    expect(failureOf(shell('yes | head -c 1000000; yes | head -c 1000000 >&2'))).toBeUndefined()
  })
})

describe('a hook that fails', () => {
  test('is named with its place, its exit status and what it printed, in one line', () => {
    const failure = failureOf(shell('true'), shell('echo out; echo err >&2; exit 3'))
    expect(failure?.actions).toEqual(['run hooks.poststop[1], "/bin/sh"'])
    expect(failure?.message).toBe('it ended with exit status 3: "out | err"')
  })

  test('without a word is told without one', () => {
    expect(failureOf(shell('exit 1'))?.message).toBe('it ended with exit status 1')
  })

  test('by a signal is told with its name', () => {
    expect(failureOf(shell('kill -9 $$'))?.message).toBe('it was ended by SIGKILL')
  })

  test('keeps those after it from running', () => {
    using at = scratch()
    failureOf(shell('exit 1'), shell(`echo > ${at.path('never')}`))
    expect(() => readFileSync(at.path('never'))).toThrow('ENOENT')
  })

  test('with endless output is told by the beginning of it', () => {
    const message = failureOf(shell('yes x | head -c 100000; exit 1'))?.message ?? ''
    expect(message).toStartWith('it ended with exit status 1: "x | x | x')
    expect(message.length).toBeLessThan(20_000)
  })

  test('because it is not there, is a program of the host that was not executed', () => {
    expect(() => failureOf({ path: '/nowhere/hook', args: [], env: [] })).toThrow(
      expect.objectContaining({
        program: { path: '/nowhere/hook', errno: 'ENOENT', side: 'host' },
        actions: ['run hooks.poststop[0], "/nowhere/hook"'],
      }),
    )
  })
})

describe('a hook that takes too long', () => {
  test('is killed when its time is up', () => {
    using at = scratch()
    const began = performance.now()
    const failure = failureOf(shell(`echo begun; echo $$ > ${at.path('pid')}; exec sleep 60`, 0.3))
    expect(failure?.message).toBe('it did not end within 0.3 seconds: "begun"')
    expect(performance.now() - began).toBeLessThan(10_000)
    const pid = Number(readFileSync(at.path('pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('is not one that ends in time', () => {
    expect(failureOf(shell('sleep 0.05', 30))).toBeUndefined()
  })

  test('is not one that has ended and left a child behind, which holds its output', async () => {
    using at = scratch()
    writeFileSync(at.path('go on'), '')
    const child = `while [ -e '${at.path('go on')}' ]; do sleep 0.02; done`
    expect(failureOf(shell(`(${child}) & echo $! > ${at.path('pid')}`, 30))).toBeUndefined()
    const pid = readFileSync(at.path('pid'), 'utf8').trim()
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    rmSync(at.path('go on'))
    await eventually('the end of the child', () => !existsSync(`/proc/${pid}`))
  })
})

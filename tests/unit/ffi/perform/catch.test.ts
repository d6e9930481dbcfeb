// Signals that are caught by machine code and read from a pipe, in a process of its own.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { catchSignals } from '#ffi/perform/catch.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { statusField } from '../started.ts'

const CHILD = join(import.meta.dir, 'children/signals.ts')

/** Starts the child; `lines` gives what it prints, line by line. `ignored`: a signal that it is started with ignored. */
function start(ignored?: string) {
  const script = `${ignored === undefined ? '' : `trap '' ${ignored}; `}exec ${process.execPath} ${CHILD}`
  const child = Bun.spawn(['/bin/sh', '-c', script], { stdout: 'pipe', stderr: 'inherit' })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  const line = async (): Promise<string> => {
    while (!rest.includes('\n')) {
      const { value, done } = await reader.read()
      if (done) return rest
      rest += decoder.decode(value)
    }
    const end = rest.indexOf('\n')
    const first = rest.slice(0, end)
    rest = rest.slice(end + 1)
    return first
  }
  return { child, line }
}

const has = (status: string, field: string, signal: keyof typeof SIGNAL) =>
  (BigInt(`0x${statusField(status, field)}`) >> BigInt(SIGNAL[signal] - 1)) & 1n

describe('a process that catches signals', () => {
  test('finds the number of each, and goes on waiting', async () => {
    const { child, line } = start()
    expect(await line()).toBe('ready')
    for (const signal of ['SIGUSR1', 'SIGHUP', 'SIGUSR1'] as const) {
      child.kill(signal)
      expect(await line()).toBe(String(SIGNAL[signal]))
    }
    child.kill('SIGTERM')
    expect([await line(), await child.exited]).toEqual(['15', 0])
  })

  test('still ignores what its caller ignores', async () => {
    const { child, line } = start('HUP')
    expect(await line()).toBe('ready')
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    expect([has(status, 'SigIgn', 'SIGHUP'), has(status, 'SigCgt', 'SIGHUP')]).toEqual([1n, 0n])
    expect([has(status, 'SigIgn', 'SIGUSR1'), has(status, 'SigCgt', 'SIGUSR1')]).toEqual([0n, 1n])
    child.kill('SIGHUP')
    child.kill('SIGTERM')
    expect([await line(), await child.exited]).toEqual(['15', 0])
  })

  test('loses none of many', async () => {
    const { child, line } = start()
    expect(await line()).toBe('ready')
    for (let i = 0; i < 200; i++) {
      child.kill('SIGUSR1')
      expect(await line()).toBe('10')
    }
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  })
})

test('the end to read from is always the same', () => {
  // No signal: this process is the one that runs the tests.
  expect(catchSignals([])).toBe(catchSignals([]))
})

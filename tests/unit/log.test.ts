// The log as engines read it.

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { logLine, openLog } from '#src/log.ts'
import type { LogOptions } from '#src/log.ts'
import { scratch } from './ffi/scratch.ts'

const TIME = new Date('2026-01-02T03:04:05.006Z')
const MESSAGE = 'Cannot mount "proc":\n\ttab ä'

describe('a line', () => {
  test('of JSON has level, message and time, in that order, and stays one line', () => {
    const line = logLine('json', 'error', MESSAGE, TIME)
    expect(line).toBe(
      '{"level":"error","msg":"Cannot mount \\"proc\\":\\n\\ttab ä","time":"2026-01-02T03:04:05.006Z"}\n',
    )
    expect(JSON.parse(line)).toEqual({ level: 'error', msg: MESSAGE, time: '2026-01-02T03:04:05.006Z' })
  })

  test('of text quotes what may contain anything', () => {
    expect(logLine('text', 'warning', MESSAGE, TIME)).toBe(
      'time="2026-01-02T03:04:05.006Z" level=warning msg="Cannot mount \\"proc\\":\\n\\ttab ä"\n',
    )
  })

  test('has a time that containerd accepts (RFC 3339)', () => {
    const { time }: { time: string } = JSON.parse(logLine('json', 'error', '', new Date()))
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })
})

const open = (destination: string | undefined, options: Partial<LogOptions> = {}) =>
  openLog(here, { destination, format: 'text', least: 'error', ...options })

describe('a log', () => {
  test('is appended to, and made where it is missing', async () => {
    using at = scratch()
    const log = await open(at.path('log'), { format: 'json' })
    log('error', 'first')
    log('error', 'second')
    const lines = readFileSync(at.path('log'), 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second'])
    expect(statSync(at.path('log')).mode & 0o777 & ~0o644).toBe(0)
  })

  test('that holds something keeps it', async () => {
    using at = scratch()
    writeFileSync(at.path('log'), 'before\n')
    const log = await open(at.path('log'))
    log('error', 'after')
    expect(readFileSync(at.path('log'), 'utf8')).toMatch(/^before\ntime=.* msg="after"\n$/)
  })

  test('may be named "file:PATH"', async () => {
    using at = scratch()
    const log = await open(`file:${at.path('log')}`)
    log('error', 'x')
    expect(readFileSync(at.path('log'), 'utf8')).toContain('msg="x"')
  })

  test('has what is as severe as was asked for, and is not made for less', async () => {
    using at = scratch()
    for (const [least, expected] of LEAST) {
      const log = await open(at.path(least), { least })
      for (const level of ['debug', 'info'] as const) log(level, level)
      expect(existsSync(at.path(least))).toBe(expected.length > 2)
      for (const level of ['warning', 'error'] as const) log(level, level)
      const levels = [...readFileSync(at.path(least), 'utf8').matchAll(/msg="(\w+)"/g)].map(([, level]) => level)
      expect(levels).toEqual([...expected])
    }
  })

  test('that nobody asked for is not written', async () => {
    for (const destination of [undefined, '']) (await open(destination))('error', 'x')
  })

  test('that cannot be written is an error', async () => {
    using at = scratch()
    const log = await open(at.path('absent/log'))
    expect(() => log('error', 'x')).toThrow('ENOENT')
  })
})

const LEAST = [
  ['debug', ['debug', 'info', 'warning', 'error']],
  ['info', ['info', 'warning', 'error']],
  ['warning', ['warning', 'error']],
  ['error', ['error']],
] as const

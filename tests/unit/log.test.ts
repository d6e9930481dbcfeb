// The log as engines read it.

import { describe, expect, test } from 'bun:test'
import { readFileSync, statSync, writeFileSync } from 'node:fs'

import { here } from '#ffi/perform/here.ts'
import { log, logLine } from '#src/log.ts'
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

describe('a log', () => {
  test('is appended to, and made where it is missing', () => {
    using at = scratch()
    const file = at.path('log')
    log(here, { file, format: 'json' }, 'error', 'first')
    log(here, { file, format: 'json' }, 'error', 'second')
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second'])
    expect(statSync(file).mode & 0o777 & ~0o644).toBe(0)
  })

  test('that holds something keeps it', () => {
    using at = scratch()
    writeFileSync(at.path('log'), 'before\n')
    log(here, { file: at.path('log'), format: 'text' }, 'error', 'after')
    expect(readFileSync(at.path('log'), 'utf8')).toMatch(/^before\ntime=.* msg="after"\n$/)
  })

  test('that nobody asked for is not written', () => {
    for (const file of [undefined, '']) log(here, { file, format: 'text' }, 'error', 'x')
  })

  test('that cannot be written is an error', () => {
    using at = scratch()
    expect(() => log(here, { file: at.path('absent/log'), format: 'text' }, 'error', 'x')).toThrow('ENOENT')
  })
})

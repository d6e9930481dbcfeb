// Standard output and error, in processes of their own: closed, full, or with nobody who reads.

import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { isAscii, mayColour, printable } from '#src/output.ts'

const CHILD = `${process.execPath} ${join(import.meta.dir, 'children/output.ts')}`

/** Runs the child in a shell; gives what the shell saw. */
function shell(script: string): { stdout: string; stderr: string; code: number } {
  const { stdout, stderr, exitCode } = Bun.spawnSync(['/bin/sh', '-c', script])
  return { stdout: stdout.toString(), stderr: stderr.toString(), code: exitCode }
}

describe('a text', () => {
  test('is printed whole, however long it is and however slowly it is read', () => {
    expect(shell(`${CHILD} long | (sleep 0.1; wc -c)`).stdout.trim()).toBe('1000001')
  })

  test('that cannot be printed is an error', () => {
    expect(shell(`${CHILD} short > /dev/full`)).toMatchObject({
      code: 3,
      stderr: 'write(1<stdout>, <6 bytes>) = ENOSPC (no space left on device)\n',
    })
    expect(shell(`(${CHILD} long; echo $? >&2) | true`).stderr).toMatch(/EPIPE .*\n3\n$/)
  })

  test('that cannot even be complained about is lost, and nothing more', () => {
    expect(shell(`${CHILD} complain 2> /dev/full`).code).toBe(0)
    expect(shell(`${CHILD} complain`).stderr).toBe('complaint\n')
  })
})

describe('closed stdio', () => {
  test('is the null device, so that no other file gets its number', () => {
    expect(shell(`${CHILD} numbers 0<&- 2>&-`).stdout).toBe('0 /dev/null\n2 /dev/null\n')
  })
})

describe('printable()', () => {
  test('writes controls of C0 as JSON does, and those of C1 alike', () => {
    expect(printable('a\0b\n\t\u001b[31m\u007f\u0080\u009f\u00a0é\u{1f433}')).toBe(
      'a\\u0000b\\n\\t\\u001b[31m\\u007f\\u0080\\u009f\u00a0é\u{1f433}',
    )
  })

  test('leaves what has none as it is, and what is to be kept', () => {
    expect(printable('Ünder/wäy')).toBe('Ünder/wäy')
    expect(printable('\ta\r\n', '\n\t')).toBe('\ta\\r\n')
    expect(printable('')).toBe('')
  })
})

describe('isAscii()', () => {
  test('counts bytes', () => {
    expect(['', 'a\u007f', 'ä', '\u009b'].map(isAscii)).toEqual([true, true, false, false])
  })
})

describe('mayColour()', () => {
  test('takes a TERM that is not dumb, and no NO_COLOR with anything in it', () => {
    const may = (env: Readonly<Record<string, string>>) => mayColour((name) => env[name])
    expect(may({ TERM: 'xterm' })).toBe(true)
    expect(may({ TERM: 'xterm', NO_COLOR: '' })).toBe(true)
    for (const env of [{}, { TERM: '' }, { TERM: 'dumb' }, { TERM: 'xterm', NO_COLOR: '0' }])
      expect(may(env)).toBe(false)
  })
})

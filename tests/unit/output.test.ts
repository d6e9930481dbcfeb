// Standard output and error, in processes of their own: closed, full, or with nobody who reads.

import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'

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

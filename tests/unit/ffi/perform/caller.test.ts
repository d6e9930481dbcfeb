// What bunc's caller had set and Bun has changed: a process that bunc makes gets it back.

import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'

import { callersMask, closedStdio } from '#ffi/perform/caller.ts'

const CHILD = `${process.execPath} ${join(import.meta.dir, 'children/stdio.ts')}`

/** Runs a shell script that runs the child; gives its lines, without what differs from run to run. */
function lines(script: string): string[] {
  const { stdout } = Bun.spawnSync(['/bin/sh', '-c', script], { stdin: 'ignore', stderr: 'ignore' })
  return stdout
    .toString()
    .replaceAll(/\[\d+\]/g, '[]')
    .trim()
    .split('\n')
}

test('the mask is asked for once, so that a later change does not count', () => {
  expect(callersMask()).toBe(callersMask())
  expect(callersMask()).toHaveLength(8)
})

describe('stdio', () => {
  test('that is open is passed on', () => {
    expect(lines(`${CHILD} < /etc/passwd 2> /dev/null | cat`)).toEqual([
      'closed: ',
      '0 /etc/passwd',
      '1 pipe:[]',
      '2 /dev/null',
    ])
  })

  test('that was closed is the null device for a process, not what Bun has put there', () => {
    expect(lines(`${CHILD} 0<&- 2>&- | cat`)).toEqual(['closed: 0 2', '0 /dev/null', '1 pipe:[]', '2 /dev/null'])
  })

  test('of this process is all open', () => {
    expect(closedStdio()).toEqual([])
  })
})

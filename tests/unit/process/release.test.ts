// What is known of an execve from the descriptor that it closes or that is told why it failed.

import { describe, expect, test } from 'bun:test'

import { pipe, setStatusFlags } from '#ffi/calls/descriptor.ts'
import { put } from '#ffi/calls/file.ts'
import { here } from '#ffi/perform/here.ts'
import { Failure } from '#src/failure.ts'
import { awaitExec, queueExec } from '#src/process/release.ts'
import { recording } from '../recording.ts'

/** Waits for an execve whose result is these bytes. Gives the Failure, if there is one. */
function awaited(...chunks: readonly Uint8Array[]): Failure | undefined {
  const [reading, writing] = here(pipe(['CLOEXEC']))
  using report = reading
  here(setStatusFlags(report, ['NONBLOCK']))
  for (const chunk of chunks) here(put(writing, chunk))
  writing[Symbol.dispose]()
  try {
    awaitExec(here, report, '/bin/x')
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

const errno = (value: number) => new Uint8Array(new BigInt64Array([BigInt(-value)]).buffer)

describe('an execve', () => {
  test('has succeeded when its end is closed without a word', () => {
    expect(awaited()).toBeUndefined()
  })

  test('that has failed is a sentence with the reason', () => {
    expect(awaited(errno(13))?.message).toBe('exec "/bin/x": permission denied')
  })

  test.each([
    [8, 'exec "/bin/x": exec format error', /no program of this architecture/],
    [2, 'exec "/bin/x": no such file or directory', /its interpreter/],
  ])('that has failed with errno %i has a hint', (number, message, hint) => {
    const failure = awaited(errno(number))
    expect(failure?.message).toBe(message)
    expect(failure?.hint).toMatch(hint)
  })
})

test('it is queued as the last call of a task', () => {
  const { sys, calls } = recording()
  queueExec(sys, { path: '/bin/sh', args: ['sh'], env: ['A=1'] })
  expect(calls()).toEqual(['execveat(AT_FDCWD, "/bin/sh", ["sh"], ["A=1"]) = ?'])
})

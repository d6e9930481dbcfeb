// How a failed system call reads.

import { expect, test } from 'bun:test'

import { doing } from '#ffi/context.ts'
import { failedWith, SyscallError } from '#ffi/error.ts'

const failure = (where: string, errno = 1) =>
  new SyscallError({ syscall: 'mount', call: 'mount("proc", "/proc")', errno, where })

test('the call is shown as strace shows it, with the errno as name and sentence', () => {
  expect(failure('here').message).toBe('mount("proc", "/proc") = EPERM (operation not permitted)')
})

test('a call of a task says so', () => {
  expect(failure('task 42').message).toBe('mount("proc", "/proc") = EPERM (operation not permitted) in task 42')
})

test('an errno that nobody knows is shown by number', () => {
  expect(failure('here', 600).message).toBe('mount("proc", "/proc") = errno 600 (errno 600)')
})

test('it knows what was being done when it was made', () => {
  const { actions } = doing('make a container', () => doing('mount "proc"', () => failure('here')))
  expect(actions).toEqual(['make a container', 'mount "proc"'])
})

test('a batched call brings along what was being done when it was queued', () => {
  const actions = ['mount "proc"']
  const error = doing('flush', () => new SyscallError({ syscall: 'mount', call: '', errno: 1, where: '', actions }))
  expect(error.actions).toBe(actions)
})

test('it can be asked for by errno, and nothing else is taken for it', () => {
  expect(failedWith(failure('here'), 'ENOENT', 'EPERM')).toBe(true)
  expect(failedWith(failure('here'), 'ENOENT')).toBe(false)
  expect(failedWith(new Error('EPERM'), 'EPERM')).toBe(false)
  expect(failedWith(undefined, 'EPERM')).toBe(false)
})

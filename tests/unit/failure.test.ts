// The one line that a person reads.

import { describe, expect, test } from 'bun:test'

import { doing } from '#ffi/context.ts'
import { SyscallError } from '#ffi/error.ts'
import { TaskDied } from '#ffi/perform/task.ts'
import { Failure, sentence } from '#src/failure.ts'

const within = (make: () => Error) => doing('create container "web"', () => doing('mount "proc"', make))
const syscall = () => new SyscallError({ syscall: 'fsmount', call: 'fsmount(3<proc>)', errno: 1, where: 'task 7' })

describe('a sentence', () => {
  test('names what could not be done, from the outside in, and why', () => {
    expect(sentence(within(() => new Failure('it lies outside')))).toBe(
      'Cannot create container "web": cannot mount "proc": it lies outside',
    )
    expect(sentence(within(syscall))).toBe(
      'Cannot create container "web": cannot mount "proc": fsmount(3<proc>) = EPERM (operation not permitted) in task 7',
    )
  })

  test('is the message alone where nothing was being done', () => {
    expect(sentence(new Failure('container "web" does not exist'))).toBe('container "web" does not exist')
  })

  test('says how a task has ended', () => {
    expect(sentence(new TaskDied('task 7', 137, 9))).toBe('task 7 ended by signal 9 while it was being set up')
  })

  test('tells the cause first, then what else went wrong', () => {
    const both = new AggregateError([new Failure('the cause'), within(() => new Failure('the clean-up'))])
    expect(sentence(both)).toBe('the cause; then: Cannot create container "web": cannot mount "proc": the clean-up')
  })

  test('of anything else admits that it is a fault of bunc', () => {
    expect(sentence(new TypeError('x is not a function'))).toBe(
      'Internal fault, please report it: TypeError: x is not a function',
    )
    expect(sentence('text')).toBe('Internal fault, please report it: text')
  })
})

test('a failure keeps a hint when there is one', () => {
  expect([new Failure('a').hint, new Failure('a', 'do this').hint]).toEqual([undefined, 'do this'])
})

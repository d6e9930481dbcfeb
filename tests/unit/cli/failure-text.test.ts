// What is said about an error, in a pipe and at a terminal.

import { describe, expect, test } from 'bun:test'
import { doing } from '#ffi/context.ts'
import { failureHint, failureLines, failureText } from '#src/cli/failure-text.ts'
import { Failure } from '#src/failure.ts'
import { coloured } from '#src/paint.ts'

function failing(message: string, hint?: string): unknown {
  try {
    return doing('stop "web"', () => {
      throw new Failure(message, hint)
    })
  } catch (error) {
    return error
  }
}

const told = async (error: unknown) => ({ message: failureText(error), hint: await failureHint(error) })

describe('failureLines()', () => {
  test('is the line, and a second one for the hint', async () => {
    const error = failing('it is gone', 'look elsewhere')
    expect(failureLines(await told(error), error)).toBe('bunc: Cannot stop "web": it is gone\nhint: look elsewhere\n')
  })

  test('at a terminal raises who speaks and what failed, and lowers the hint', async () => {
    const error = failing('it is gone', 'look elsewhere')
    expect(failureLines(await told(error), error, coloured)).toBe(
      '\u001b[1;31mbunc:\u001b[0m Cannot stop "web": \u001b[1mit is gone\u001b[0m\n\u001b[2mhint: look elsewhere\u001b[0m\n',
    )
  })

  test('shows controls of whoever chose the words', async () => {
    const error = failing('"\u001b[2J\n\u009b" is gone', 'not \u0007')
    const lines = failureLines(await told(error), error)
    expect(lines).toBe('bunc: Cannot stop "web": "\\u001b[2J\\n\\u009b" is gone\nhint: not \\u0007\n')
    expect(failureLines(await told(error), error, coloured)).toContain(
      '\u001b[1m"\\u001b[2J\\n\\u009b" is gone\u001b[0m',
    )
  })

  test('of two errors raises none', async () => {
    const both = new AggregateError([failing('one'), failing('two')], 'both')
    expect(failureLines(await told(both), both, coloured)).toBe(
      '\u001b[1;31mbunc:\u001b[0m Cannot stop "web": one; then: Cannot stop "web": two\n',
    )
  })
})

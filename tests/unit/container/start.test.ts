// Letting a created container go, where its program cannot be executed.
import { expect, test } from 'bun:test'

import { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'
import { type Answers, record } from '#ffi/perform/record.ts'
import { FIFO, READY } from '#src/container/state.ts'
import { release } from '#src/container/start.ts'
import { stateOf } from './state-of.ts'

const ENOENT = 2n

/** What is read: the process is alive and says that it is ready, and then what became of its execve. */
function reads(): Answers {
  const failure = new Uint8Array(8)
  new DataView(failure.buffer).setBigInt64(0, -ENOENT, true)
  const said = { [FIFO]: [encodeText(READY), failure], stat: [encodeText(`42 (a) S ${'0 '.repeat(18)}777 rest\n`)] }
  return (_, call) => {
    const [file] = call.operands()
    if (call.name === 'ppoll') return [true, false]
    if (call.name !== 'read' || !(file instanceof Fd)) return undefined
    return (
      Object.entries(said)
        .find(([name]) => file.label.endsWith(name))?.[1]
        .shift() ?? new Uint8Array()
    )
  }
}

test('a start that fails waits for the end of the process: Docker forgets one that has not ended', () => {
  const kernel = record(reads())
  const known = { directory: '/run/bunc/web', state: stateOf() }
  const start = () => release(kernel, known, () => expect.unreachable())
  expect(start).toThrow('exec "true": no such file or directory')
  const lines = kernel.recorded.map(({ call }) => call)
  const told = lines.findLastIndex((call) => call.startsWith('read('))
  expect(lines.slice(told + 1).filter((call) => call.startsWith('ppoll('))).toEqual([
    expect.stringMatching(/^ppoll\(\[\d+<pidfd_open>\], 1000 ms\)$/),
  ])
})

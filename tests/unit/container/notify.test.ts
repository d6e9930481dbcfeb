// Readiness, passed on: what is made for it, and which words go through.
import { describe, expect, test } from 'bun:test'

import { encodeText } from '#ffi/kinds.ts'
import { listenFor, type Notify } from '#src/container/notify.ts'
import { recording, type Script } from '../recording.ts'
import { stateOf } from './state-of.ts'

/** Listens for a container; gives what it passes on, word by word. */
function listening(script: Script = {}) {
  const warnings: unknown[] = []
  const it = recording(script)
  const notify: Notify = { address: '/run/systemd/notify', warn: (error) => warnings.push(error) }
  const listener = listenFor(notify)(it.kernel.here, { directory: '/run/bunc/c1', state: stateOf({ pid: 7 }) })
  return { ...it, listener, warnings, sent: () => it.all().filter((line) => line.includes('sendmsg')) }
}

const saying = (text: string): Script => ({ read: encodeText(text) })

describe('the socket', () => {
  test('is bound below the open directory, for everybody in the container', () => {
    const { all } = listening()
    const lines = all().filter((line) => /bind|chmod|unlink|connect/.test(line))
    expect(lines.map((line) => line.replace(/fd\/\d+/, 'fd/N'))).toEqual([
      'here: connect(<DGRAM>, "/run/systemd/notify")',
      'here: unlinkat(</run/bunc/c1/notify>, "notify.sock", 0)',
      'here: bind(<DGRAM>, "/proc/self/fd/N/notify.sock")',
      'here: fchmodat(</run/bunc/c1/notify>, "notify.sock", 0777)',
    ])
  })

  test('is not made for a container that has no directory for it', () => {
    const { listener, all } = listening({ openat: { refused: 'ENOENT' } })
    expect(listener).toBeUndefined()
    expect(all().some((line) => line.includes('socket('))).toBe(false)
  })

  test('is not made when there is nobody to be told, which is a warning', () => {
    const { listener, warnings } = listening({ connect: { refused: 'ECONNREFUSED' } })
    expect(listener).toBeUndefined()
    expect(warnings.map(String)).toEqual([expect.stringContaining('ECONNREFUSED')])
  })
})

describe('a message', () => {
  test.each(['READY=1', 'READY=1\n', 'STATUS=up\nREADY=1', 'READY=1\nMAINPID=1'])(
    '%j is passed on as READY=1',
    (text) => {
      const { listener, sent } = listening(saying(text))
      expect(listener?.ready()).toBe(false)
      expect(sent()).toEqual([expect.stringContaining('{"READY=1", []}')])
    },
  )

  test.each(['MAINPID=1', 'STATUS=READY=1', 'WATCHDOG=1', 'FDSTORE=1\nFDNAME=a', ''])('%j is not passed on', (text) => {
    const { listener, sent } = listening(saying(text))
    expect(listener?.ready()).toBe(true)
    expect(sent()).toEqual([])
  })

  test('that cannot be passed on is a warning', () => {
    const { listener, warnings } = listening({ ...saying('READY=1'), sendmsg: { refused: 'ECONNREFUSED' } })
    expect(listener?.ready()).toBe(false)
    expect(warnings.length).toBe(1)
  })
})

// Interfaces that move into a container, as calls: what is asked in which namespace, and what is taken back.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import { Fd } from '#ffi/fd.ts'
import type { Linux } from '#src/config/schema/linux.ts'
import { moveNetDevices } from '#src/namespaces/net-devices.ts'
import { recording } from '../recording.ts'

const u32 = (...values: readonly number[]) => new Uint8Array(new Uint32Array(values).buffer)
const message = (type: number, ...parts: readonly Uint8Array[]) => {
  const body = parts.flatMap((part) => [...part])
  return new Uint8Array([...u32(16 + body.length), type, 0, 0, 0, ...u32(1, 0), ...body])
}
const DONE = message(2, u32(0))
const link = (index: number, name: string, flags = 0) => {
  const text = [...Buffer.from(`${name}\0`)]
  const padded = [...text, ...Array.from({ length: -text.length & 3 }, () => 0)]
  return message(16, u32(0, index, flags, 0), new Uint8Array([4 + text.length, 0, 3, 0, ...padded]))
}
const address = (index: number, last: number, { flags = 0x80, scope = 0 } = {}) =>
  message(20, new Uint8Array([2, 24, flags, scope, index, 0, 0, 0]), new Uint8Array([8, 0, 2, 0, 10, 0, 0, last]))
const refused = (errno: number) => message(2, u32(-errno >>> 0))

/** Moves interfaces in a recording; `answers` says what a request in a namespace gives, else it succeeds. */
function moving(devices: Linux['netDevices'], answers: Readonly<Record<string, readonly Uint8Array[]>>) {
  let asked: readonly Uint8Array[] = []
  const requests: string[] = []
  const warnings: unknown[] = []
  const it = recording({
    write: (call: Call<unknown>) => {
      const [socket] = call.operands()
      const where = socket instanceof Fd && socket.label.includes(' of ') ? 'inside' : 'outside'
      const text = /\{(.*)\}\)$/.exec(call.show())?.[1]?.replaceAll(/\d+<[^>]*>/g, 'it') ?? ''
      requests.push(`${where}: ${text}`)
      asked = answers[`${where}: ${text}`] ?? [DONE]
      return undefined
    },
    read: () => {
      const [first = new Uint8Array(), ...rest] = asked
      asked = rest
      return first
    },
  })
  const undo = new DisposableStack()
  const act = () => moveNetDevices(it.kernel, it.task, devices, { undo, warn: (error) => void warnings.push(error) })
  return { act, undo, requests, warnings, all: it.all }
}

const HOST = {
  'outside: RTM_GETLINK "eth0"': [link(3, 'eth0', 1), DONE],
  'outside: RTM_GETADDR': [
    address(3, 1),
    address(3, 2, { flags: 0 }),
    address(3, 3, { scope: 253 }),
    address(4, 4),
    DONE,
  ],
  'inside: RTM_GETLINK': [link(1, 'lo'), DONE],
}
const FORTH = [
  'outside: RTM_GETLINK "eth0"',
  'outside: RTM_GETADDR',
  'inside: RTM_GETLINK',
  'outside: RTM_NEWLINK 3 to it as "net0"',
  'inside: RTM_GETLINK "net0"',
  'inside: RTM_NEWADDR 7',
  'inside: RTM_NEWLINK 7 up',
]

test('nothing is asked for a container without interfaces of the host', () => {
  const { act, all } = moving({}, {})
  act()
  expect(all()).toEqual([])
})

test('an interface keeps its own addresses that stay and reach beyond the link, and is brought up', () => {
  const { act, requests } = moving(
    { eth0: { name: 'net0' } },
    { ...HOST, 'inside: RTM_GETLINK "net0"': [link(7, 'net0'), DONE] },
  )
  act()
  expect(requests).toEqual(FORTH)
})

test('a template is a name that the kernel completes', () => {
  let times = 0
  const answers = {
    ...HOST,
    get 'inside: RTM_GETLINK'() {
      times += 1
      return times === 1 ? [link(1, 'lo'), DONE] : [link(1, 'lo'), link(9, 'net4'), DONE]
    },
  }
  const { act, requests } = moving({ eth0: { name: 'net%d' } }, answers)
  act()
  expect(requests.slice(-2)).toEqual(['inside: RTM_NEWADDR 9', 'inside: RTM_NEWLINK 9 up'])
})

describe('a failure', () => {
  test('says what was asked, and of which interface', () => {
    const { act } = moving({ eth0: { name: '' } }, { 'outside: RTM_GETLINK "eth0"': [refused(19)] })
    expect(act).toThrow(
      expect.objectContaining({
        message: 'RTM_GETLINK "eth0" = ENODEV (no such device)',
        actions: ['move linux.netDevices["eth0"] into the container'],
      }),
    )
  })

  test('comes before the move when the name is taken', () => {
    const { act, requests } = moving({ eth0: { name: 'lo' } }, HOST)
    expect(act).toThrow('an interface "lo" exists there already')
    expect(requests.filter((request) => request.includes('NEWLINK'))).toEqual([])
  })

  test('of the creation brings the interface back as it was', () => {
    const { act, undo, requests, warnings } = moving(
      { eth0: { name: 'net0' } },
      { ...HOST, 'inside: RTM_GETLINK "net0"': [link(7, 'net0'), DONE] },
    )
    act()
    undo.dispose()
    expect(requests.slice(FORTH.length)).toEqual([
      'outside: RTM_GETLINK',
      'inside: RTM_NEWLINK 7 to it as "eth0"',
      'outside: RTM_GETLINK "eth0"',
      'outside: RTM_NEWADDR 3',
      'outside: RTM_NEWLINK 3 up',
    ])
    expect(warnings).toEqual([])
  })

  test('to bring it back is told, and hides no other', () => {
    const { act, undo, warnings } = moving(
      { eth0: { name: 'net0' } },
      {
        ...HOST,
        'inside: RTM_GETLINK "net0"': [link(7, 'net0'), DONE],
        'inside: RTM_NEWLINK 7 to it as "eth0"': [refused(1)],
      },
    )
    act()
    undo.dispose()
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining('EPERM') })])
  })
})

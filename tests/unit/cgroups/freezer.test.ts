// Freezing and thawing: which files, in which order, and what happens when a process does not stop.
import { describe, expect, test } from 'bun:test'

import { wrapped } from '#ffi/perform/kernel.ts'
import { freeze, isFrozen, thaw } from '#src/cgroups/freezer.ts'
import { type Beginning, PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V2 = '/sys/fs/cgroup/docker/c1'
const V1 = '/sys/fs/cgroup/freezer/docker/c1'

const unified = (events: string, beginning: Beginning = {}) =>
  new PretendedHost({ files: { [`${V2}/cgroup.freeze`]: '0', [`${V2}/cgroup.events`]: events }, ...beginning })
const legacy = (beginning: Beginning = {}) =>
  new PretendedHost({
    files: { [`${V1}/freezer.state`]: 'THAWED', [`${V1}/freezer.self_freezing`]: '0' },
    ...beginning,
  })

describe('on version 2', () => {
  test('freezing is one write, and a look whether it is done', () => {
    const host = unified('populated 1\nfrozen 1')
    freeze(host.kernel.here, UNIFIED)
    expect(host.effects).toEqual([`write(4<${V2}/cgroup.freeze>, "1")`])
  })

  test('whoever freezes sleeps until cgroup.events changes, and reads it again', () => {
    const events = ['populated 1\nfrozen 0', 'populated 1\nfrozen 1']
    const meanwhile = (files: Map<string, string>) => {
      files.set(`${V2}/cgroup.events`, events.shift() ?? '')
      return true
    }
    const host = unified('populated 0\nfrozen 0', { meanwhile })
    freeze(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('ppoll'))).toHaveLength(2)
  })

  test('a cgroup that does not freeze in time is thawed again, and the error says so', () => {
    const host = unified('populated 1\nfrozen 0')
    expect(() => freeze(host.kernel.here, UNIFIED)).toThrow('processes still run after 10 s')
    expect(host.files.get(`${V2}/cgroup.freeze`)).toBe('0')
  })

  test('it is frozen when that was asked for, not when a cgroup above is', () => {
    const host = unified('populated 1\nfrozen 1')
    expect(isFrozen(host.kernel.here, UNIFIED)).toBe(false)
    host.files.set(`${V2}/cgroup.freeze`, '1')
    expect(isFrozen(host.kernel.here, UNIFIED)).toBe(true)
  })
})

describe('on version 1', () => {
  test('freezing is repeated until all have stopped: a process may have come in meanwhile', () => {
    let freezing = 2
    const refuses: Beginning['refuses'] = () => undefined
    const host = legacy({
      refuses,
      meanwhile: (files) => {
        if (--freezing > 0) files.set(`${V1}/freezer.state`, 'FREEZING')
        return true
      },
    })
    freeze(host.kernel.here, LEGACY)
    expect(host.files.get(`${V1}/freezer.state`)).toBe('FROZEN')
  })

  test('thawing is one write, on a host with both as well', () => {
    const host = legacy()
    thaw(host.kernel.here, HYBRID)
    expect(host.effects).toEqual([`write(3<${V1}/freezer.state>, "THAWED")`])
  })

  test('it is frozen when that was asked for', () => {
    const host = legacy()
    expect(isFrozen(host.kernel.here, HYBRID)).toBe(false)
    host.files.set(`${V1}/freezer.self_freezing`, '1')
    expect(isFrozen(host.kernel.here, HYBRID)).toBe(true)
  })
})

test('a cgroup of version 1 that does not freeze in time is thawed again, and the error says so', () => {
  const states: string[] = []
  const host = legacy({
    refuses: (_, text) => {
      states.push(text)
      return text === 'FROZEN' ? 'EBUSY' : undefined
    },
  })
  // A write that changes nothing: the kernel goes on saying what it says.
  const stuck = wrapped(host.kernel.here, (call) =>
    call.name === 'write' && call.show().includes('FROZEN')
      ? host.kernel.here(call.but({ tolerated: 'any' }))
      : host.kernel.here(call),
  )
  expect(() => freeze(stuck, LEGACY)).toThrow('processes still run after 10 s')
  expect(states.at(-1)).toBe('THAWED')
})

test('a cgroup that goes while it is looked at or thawed is no error', () => {
  for (const [record, host] of [
    [UNIFIED, unified('', { forbids: (call) => (call === 'read' ? 'ENODEV' : undefined), refuses: () => 'ENODEV' })],
    [LEGACY, legacy({ forbids: (call) => (call === 'read' ? 'ENODEV' : undefined), refuses: () => 'ENODEV' })],
  ] as const) {
    expect(isFrozen(host.kernel.here, record)).toBe(false)
    thaw(host.kernel.here, record)
  }
})

test('a cgroup that goes as its file is opened is not frozen, and thawing it is no error', () => {
  const forbids = (call: string) => (call === 'openat' ? 'ENODEV' : undefined)
  for (const [record, host] of [
    [UNIFIED, unified('', { forbids })],
    [LEGACY, legacy({ forbids })],
  ] as const) {
    expect(isFrozen(host.kernel.here, record)).toBe(false)
    thaw(host.kernel.here, record)
    expect(host.effects).toEqual([])
  }
})

test('a cgroup that is gone is not frozen, and thawing it is no error', () => {
  for (const record of [UNIFIED, LEGACY]) {
    const host = new PretendedHost({})
    expect(isFrozen(host.kernel.here, record)).toBe(false)
    thaw(host.kernel.here, record)
    expect(host.effects).toEqual([])
  }
})

test('a container without cgroup is never frozen, and cannot be', () => {
  const host = new PretendedHost({})
  expect(isFrozen(host.kernel.here, NONE)).toBe(false)
  expect(() => freeze(host.kernel.here, NONE)).toThrow('the container has none')
  thaw(host.kernel.here, NONE)
})

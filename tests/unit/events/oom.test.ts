// How it is heard of that memory has run out, in each layout of a host.
import { expect, test } from 'bun:test'

import { encodeText } from '#ffi/kinds.ts'
import { watchOom } from '#src/events/oom.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from '../cgroups/records.ts'
import { recording, type Script } from '../recording.ts'

function watching(record: typeof UNIFIED, script: Script) {
  const it = recording(script)
  const open = new DisposableStack()
  return { ...it, watch: watchOom(it.kernel.here, record, open) }
}

test.each([
  ['version 1', LEGACY],
  ['a hybrid host', HYBRID],
])('%s adds to an eventfd that is registered with the container', (_, record) => {
  let counted: unknown = { refused: 'EAGAIN' }
  const { watch, all } = watching(record, { read: () => counted, fstat: { type: 'file' } })
  expect(all().filter((line) => line.includes('write('))).toEqual([
    expect.stringMatching(/^here: write\(<\/sys\/fs\/cgroup\/memory\/docker\/c1\/cgroup.event_control>, "\d+ \d+"\)$/),
  ])
  expect(watch?.waiting.for).toEqual(['IN'])
  expect(watch?.seen()).toBe(false)
  counted = new Uint8Array(8)
  expect(watch?.seen()).toBe(true)
})

test('the end of a cgroup of version 1 is not taken for it', () => {
  const there = { asked: 0 }
  // The last file that is looked for is gone.
  const openat = () => (there.asked++ < 2 ? undefined : { refused: 'ENOENT' })
  const { watch } = watching(LEGACY, { openat, read: new Uint8Array(8) })
  expect(watch?.seen()).toBe(false)
})

test('version 2 counts those that were killed, and any other change is none', () => {
  let events = 'max 0\noom 0\noom_kill 0\n'
  const { watch } = watching(UNIFIED, { pread64: () => encodeText(events) })
  expect(watch?.waiting.for).toEqual(['ERR'])
  expect(watch?.seen()).toBe(false)
  events = 'max 9\noom 1\noom_kill 0\n'
  expect(watch?.seen()).toBe(false)
  events = 'max 9\noom 1\noom_kill 1\n'
  expect([watch?.seen(), watch?.seen()]).toEqual([true, false])
})

test('there is nothing to watch where memory is not counted', () => {
  expect(watching(NONE, {}).watch).toBeUndefined()
  for (const record of [UNIFIED, LEGACY])
    expect(watching(record, { openat: { refused: 'ENOENT' } }).watch).toBeUndefined()
})

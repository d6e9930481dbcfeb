// Groups of resctrl, as calls on a pretended host: which are made, what is written, and what is taken away again.

import { describe, expect, test } from 'bun:test'

import type { Call } from '#ffi/call.ts'
import type { LinuxIntelRdt } from '#src/config/schema/intel-rdt.ts'
import { changeResctrl, isResctrlRecord, joinResctrl, makeResctrl, removeResctrl } from '#src/cgroups/resctrl.ts'
import { type Files, pretendedFiles } from '../pretended-files.ts'
import { recording } from '../recording.ts'

const ROOT = '/sys/fs/resctrl'
const MOUNTED = { '/proc/self/mountinfo': `30 25 0:5 / ${ROOT} rw,relatime shared:9 - resctrl resctrl rw\n` }
const PLAIN: LinuxIntelRdt = { closID: '', l3CacheSchema: '', memBwSchema: '', schemata: [], enableMonitoring: false }

function host(files: Files = {}, script: Readonly<Record<string, unknown>> = {}) {
  const answer = pretendedFiles({ ...MOUNTED, ...files })
  const both = (call: Call<unknown>) => script[call.name] ?? answer(call)
  // A file of a group is there as soon as the group is.
  const openat = (call: Call<unknown>) =>
    /\/(tasks|schemata)$/.test(String(call.operands()[1])) ? undefined : answer(call)
  const it = recording({ openat, read: both, write: both, fstat: { type: 'directory' } })
  const changes = () =>
    it
      .all()
      .filter((call) => /mkdirat|write|unlinkat/.test(call))
      .map((call) => call.replaceAll(ROOT, '').replace('here: ', ''))
  return { here: it.kernel.here, changes }
}

function made(rdt: Partial<LinuxIntelRdt>, files: Files = {}) {
  const { here, changes } = host(files)
  const undo = new DisposableStack()
  const record = makeResctrl(here, { ...PLAIN, ...rdt }, 'web', undo)
  return { record, undo, here, changes }
}

describe('a class of service', () => {
  test('has the name of the container if it has no other, and is made', () => {
    const { record, changes } = made({ schemata: ['L3:0=f', 'MB:0=50'] })
    expect(record).toEqual({ groups: [`${ROOT}/web`], made: [`${ROOT}/web`] })
    expect(changes()).toEqual(['mkdirat(AT_FDCWD, "/web", 0755)', 'write(</web/schemata>, "L3:0=f\\nMB:0=50\\n")'])
  })

  test('that is there already is used, and is not the container’s', () => {
    const { record, changes } = made({ closID: 'gold', schemata: ['L3:0=f'] }, { [`${ROOT}/gold`]: 'directory' })
    expect(record).toEqual({ groups: [`${ROOT}/gold`], made: [] })
    expect(changes()).toEqual(['write(</gold/schemata>, "L3:0=f\\n")'])
  })

  test('that is named and not described must be there', () => {
    expect(() => made({ closID: 'gold' })).toThrow(
      expect.objectContaining({
        message: 'there is no class of service "gold"',
        actions: ['set linux.intelRdt'],
      }),
    )
    const { record, changes } = made({ closID: 'gold' }, { [`${ROOT}/gold`]: 'directory' })
    expect([record.made, changes()]).toEqual([[], []])
  })

  test('"/" is that of all who have none', () => {
    const { record } = made({ closID: '/' }, { [ROOT]: 'directory' })
    expect(record).toEqual({ groups: [ROOT], made: [] })
  })
})

describe('what is written', () => {
  const written = (rdt: Partial<LinuxIntelRdt>) =>
    made(rdt)
      .changes()
      .filter((call) => call.startsWith('write'))

  test('is cache and bandwidth together', () => {
    expect(written({ l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=50' })).toEqual([
      'write(</web/schemata>, "L3:0=f\\nMB:0=50\\n")',
    ])
  })

  test('is the bandwidth of memBwSchema where l3CacheSchema has one too', () => {
    expect(written({ l3CacheSchema: 'MB:0=10\nL3:0=f', memBwSchema: 'MB:0=50' })).toEqual([
      'write(</web/schemata>, "L3:0=f\\nMB:0=50\\n")',
    ])
  })

  test('is schemata after them, which overrides them', () => {
    expect(written({ l3CacheSchema: 'L3:0=f', schemata: ['L3:0=3'] })).toEqual([
      'write(</web/schemata>, "L3:0=f\\n")',
      'write(</web/schemata>, "L3:0=3\\n")',
    ])
  })

  test('is nothing where nothing is described', () => {
    expect(written({})).toEqual([])
  })
})

test('monitoring is a group in the class, and a process enters both, the class first', () => {
  const { record, here, changes } = made({ enableMonitoring: true })
  const monitoring = `${ROOT}/web/mon_groups/web`
  expect(record).toEqual({ groups: [`${ROOT}/web`, monitoring], made: [`${ROOT}/web`, monitoring] })
  joinResctrl(here, record, 42)
  expect(changes().slice(2)).toEqual(['write(</web/tasks>, "42")', 'write(</web/mon_groups/web/tasks>, "42")'])
})

test('what was made is removed, the inner one first, and nothing else', () => {
  const { record, here, changes } = made({ closID: 'gold', enableMonitoring: true }, { [`${ROOT}/gold`]: 'directory' })
  removeResctrl(here, record)
  expect(changes().slice(1)).toEqual(['unlinkat(AT_FDCWD, "/gold/mon_groups/web", REMOVEDIR)'])
})

test('a failure after it was made takes it away', () => {
  const { undo, changes } = made({ enableMonitoring: true })
  undo.dispose()
  expect(changes().slice(2)).toEqual([
    'unlinkat(AT_FDCWD, "/web/mon_groups/web", REMOVEDIR)',
    'unlinkat(AT_FDCWD, "/web", REMOVEDIR)',
  ])
})

test('a host without resctrl is told so', () => {
  const { here } = host({ '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n' })
  expect(() => makeResctrl(here, PLAIN, 'web', new DisposableStack())).toThrow('no resctrl file system is mounted')
})

test('what the kernel says of a schema that it refuses is told', () => {
  const { here } = host(
    { [`${ROOT}/info/last_cmd_status`]: 'Mask ff0 out of range\n' },
    { write: { refused: 'EINVAL' } },
  )
  const make = () => makeResctrl(here, { ...PLAIN, schemata: ['L3:0=ff0'] }, 'web', new DisposableStack())
  expect(make).toThrow('Mask ff0 out of range')
})

test('only what was saved is read as a record', () => {
  expect(isResctrlRecord({ groups: ['/a'], made: [] })).toBe(true)
  for (const damaged of [null, 'x', {}, { groups: ['/a'] }, { groups: ['a'], made: [] }, { groups: [1], made: [] }])
    expect(isResctrlRecord(damaged)).toBe(false)
})

test('the shares of a class are changed one resource at a time', () => {
  const { here, changes } = host({ [`${ROOT}/web`]: 'directory' })
  const record = { groups: [`${ROOT}/web`, `${ROOT}/web/mon_groups/web`], made: [] }
  changeResctrl(here, record, { l3CacheSchema: 'L3:0=3', memBwSchema: '' })
  changeResctrl(here, record, { l3CacheSchema: '', memBwSchema: 'MB:0=20' })
  expect(changes()).toEqual(['write(</web/schemata>, "L3:0=3\\n")', 'write(</web/schemata>, "MB:0=20\\n")'])
})

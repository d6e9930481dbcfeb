// The figures for the sentence about a death by memory.
import { expect, test } from 'bun:test'

import { memoryAccount } from '#src/cgroups/account.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V1 = '/sys/fs/cgroup/memory/docker/c1'
const V2 = '/sys/fs/cgroup/docker/c1'

test('version 1 keeps them in files of its own', () => {
  const files = {
    [`${V1}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 3',
    [`${V1}/memory.max_usage_in_bytes`]: '4194304',
    [`${V1}/memory.limit_in_bytes`]: '4194304',
  }
  for (const record of [LEGACY, HYBRID])
    expect(memoryAccount(new PretendedHost({ files }).kernel.here, record)).toEqual({
      oomKills: 3,
      peak: 4194304n,
      limit: 4194304n,
    })
})

test('version 2 keeps the kills in memory.events', () => {
  const files = {
    [`${V2}/memory.events`]: 'low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 0',
    [`${V2}/memory.peak`]: '1000',
    [`${V2}/memory.max`]: '2000',
  }
  expect(memoryAccount(new PretendedHost({ files }).kernel.here, UNIFIED)).toEqual({
    oomKills: 1,
    peak: 1000n,
    limit: 2000n,
  })
})

test('a limit that is none is not told, nor a peak that the kernel does not know', () => {
  const v2 = { [`${V2}/memory.events`]: 'oom_kill 0', [`${V2}/memory.max`]: 'max' }
  const none = { oomKills: 0, peak: undefined, limit: undefined }
  expect(memoryAccount(new PretendedHost({ files: v2 }).kernel.here, UNIFIED)).toEqual(none)
  const v1 = { [`${V1}/memory.oom_control`]: 'oom_kill 0', [`${V1}/memory.limit_in_bytes`]: '9223372036854771712' }
  expect(memoryAccount(new PretendedHost({ files: v1 }).kernel.here, LEGACY)).toEqual(none)
})

test('there is no account where memory is not counted, or the cgroup is gone', () => {
  for (const record of [UNIFIED, LEGACY, NONE])
    expect(memoryAccount(new PretendedHost({}).kernel.here, record)).toBeUndefined()
})

// linux.namespaces: made, joined by path, or shared with the host.
import { expect } from 'bun:test'
import { existsSync, readlinkSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'

/** The types of the specification and the kernel's names under /proc/PID/ns. */
const LINKS = { pid: 'pid', network: 'net', ipc: 'ipc', uts: 'uts', mount: 'mnt', cgroup: 'cgroup' } as const

const ofHost = (link: string) => readlinkSync(`/proc/self/ns/${link}`)
const of = (pid: number, link: string) => readlinkSync(`/proc/${pid}/ns/${link}`)

const without = (type: string) => DEFAULT_NAMESPACES.filter((entry) => entry.type !== type)

/** Starts a further container whose namespace of `type` is that of `path`. */
async function joining(box: Box, type: string, path: string): Promise<number> {
  const id = `${box.name}-second`
  const namespaces = [...without(type), { type, path }]
  box.configure({ hostname: null, process: { args: ['sleep', '1000'] }, linux: { cgroupsPath: `/${id}`, namespaces } })
  await box.ok(['run', '--detach', '--bundle', box.bundleDir, id])
  return (await box.state(id)).pid
}

for (const type of ['pid', 'network', 'ipc', 'uts', 'mount'] as const) {
  containerTest(`a ${type} namespace that is listed is a new one`, async (box) => {
    const pid = await box.running()
    expect(of(pid, LINKS[type])).not.toBe(ofHost(LINKS[type]))
  })
}

for (const type of ['pid', 'network', 'ipc', 'uts'] as const) {
  containerTest(`a ${type} namespace that is not listed is that of the caller`, async (box) => {
    const hostname = type === 'uts' ? null : 'inside'
    // A sysfs can be mounted by the owner of the network namespace alone, which holds here; mqueue needs its own ipc.
    const pid = await box.running({ hostname, linux: { namespaces: without(type) } })
    expect(of(pid, LINKS[type])).toBe(ofHost(LINKS[type]))
  })
}

for (const type of ['network', 'ipc', 'uts'] as const) {
  containerTest(`a ${type} namespace with a path is that of the path`, async (box) => {
    const first = await box.running()
    const second = await joining(box, type, `/proc/${first}/ns/${LINKS[type]}`)
    expect(of(second, LINKS[type])).toBe(of(first, LINKS[type]))
    expect(of(second, 'mnt')).not.toBe(of(first, 'mnt'))
  })
}

containerTest('a pid namespace with a path shows the processes of its first container', async (box) => {
  const first = await box.running({ process: { args: ['sleep', '1234'] } })
  const second = await joining(box, 'pid', `/proc/${first}/ns/pid`)
  expect(of(second, 'pid')).toBe(of(first, 'pid'))
  expect(await box.ok(['exec', `${box.name}-second`, 'cat', '/proc/1/cmdline'])).toBe('sleep\x001234\0')
})

containerTest('a new pid namespace numbers the process of the container 1', async (box) => {
  expect(await box.shell('echo $$')).toBe('1\n')
})

containerTest('a new network namespace has a loopback interface and nothing else', async (box) => {
  expect(await box.shell('cut -d: -f1 -s /proc/net/dev | tr -d " "')).toBe('lo\n')
})

containerTest('a new network namespace has its loopback interface up', async (box) => {
  expect(await box.shell('ip -o link show lo')).toContain('UP')
})

containerTest('a new cgroup namespace shows the cgroup of the container as the root', async (box) => {
  const namespaces = [...DEFAULT_NAMESPACES, { type: 'cgroup' }]
  const pid = await box.running({ linux: { namespaces } })
  expect(of(pid, 'cgroup')).not.toBe(ofHost('cgroup'))
  const paths = (await box.execShell('cut -d: -f3 /proc/1/cgroup')).trim().split('\n')
  expect(new Set(paths)).toEqual(new Set(['/']))
})

containerTest(
  'a new time namespace has the offsets of config.json',
  async (box) => {
    const linux = {
      namespaces: [...DEFAULT_NAMESPACES, { type: 'time' }],
      timeOffsets: { boottime: { secs: 1_000_000 } },
    }
    const uptime = Number((await box.shell('cut -d. -f1 /proc/uptime', { linux })).trim())
    expect(uptime).toBeGreaterThan(1_000_000)
  },
  lacks('runc', 'knows no time namespace', { until: '1.2.0' }),
  lacks('crun', 'does not start with a time namespace', { until: '1.9' }),
)

containerTest(
  'offsets of time have nanoseconds, and each clock has its own',
  async (box) => {
    const linux = {
      namespaces: [...DEFAULT_NAMESPACES, { type: 'time' }],
      timeOffsets: { monotonic: { secs: 7200, nanosecs: 500 }, boottime: { secs: 3600, nanosecs: 999_999_999 } },
    }
    const lines = (await box.shell('cat /proc/self/timens_offsets', { linux })).trim().split('\n')
    expect(lines.map((line) => line.split(/ +/))).toEqual([
      ['monotonic', '7200', '500'],
      ['boottime', '3600', '999999999'],
    ])
  },
  lacks('runc', 'knows no time namespace', { until: '1.2.0' }),
  lacks('crun', 'does not start with a time namespace', { until: '1.9' }),
)

containerTest('the descriptors that lead into a joined namespace are closed', async (box) => {
  const first = await box.running()
  const second = await joining(box, 'network', `/proc/${first}/ns/net`)
  const open = (await box.program(['ls', '-l', `/proc/${second}/fd`])).stdout
  expect(open).not.toContain('net:[')
})

containerTest(
  'create refuses a namespace path that is not there',
  async (box) => {
    const namespaces = [...without('network'), { type: 'network', path: box.path('absent') }]
    assertRefused(await box.create({ linux: { namespaces } }), /absent/)
    expect(box.stateIds()).toEqual([])
  },
  crunLeavesCgroup,
)

containerTest(
  'create refuses a namespace path of another type',
  async (box) => {
    const namespaces = [...without('network'), { type: 'network', path: '/proc/self/ns/uts' }]
    const outcome = await box.create({ linux: { namespaces } })
    expect(outcome.code).not.toBe(0)
    expect(box.stateIds()).toEqual([])
  },
  crunLeavesCgroup,
)

containerTest(
  'create refuses a namespace that is listed twice',
  async (box) => {
    const outcome = await box.create({ linux: { namespaces: [...DEFAULT_NAMESPACES, { type: 'uts' }] } })
    assertRefused(outcome, /uts|duplicate/i)
    expect(existsSync(`/sys/fs/cgroup/${box.name}`)).toBe(false)
  },
  lacks('crun', 'takes a namespace twice without a word'),
)

containerTest(
  'create refuses a namespace of an unknown type',
  async (box) => {
    assertRefused(await box.create({ linux: { namespaces: [...DEFAULT_NAMESPACES, { type: 'galaxy' }] } }), /galaxy/)
  },
  crunLeavesCgroup,
)

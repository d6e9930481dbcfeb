// Listing and ending the processes of a container.
import { describe, expect, test } from 'bun:test'

import { killAll, processesIn } from '#src/cgroups/processes.ts'
import { PretendedHost } from './pretended-host.ts'
import { HYBRID, LEGACY, NONE, UNIFIED } from './records.ts'

const V2 = '/sys/fs/cgroup/docker/c1'
const CPU = '/sys/fs/cgroup/cpu,cpuacct/docker/c1'
const FREEZER = '/sys/fs/cgroup/freezer/docker/c1'

describe('the processes of a container', () => {
  test('are those of its cgroup and of all below it, each once', () => {
    const files = {
      [`${V2}/cgroup.procs`]: '10\n11',
      [`${V2}/a/cgroup.procs`]: '12',
      [`${V2}/a/b/cgroup.procs`]: '13\n11',
      ['/sys/fs/cgroup/docker/c2/cgroup.procs']: '99',
    }
    expect(processesIn(new PretendedHost({ files }).kernel.here, UNIFIED)).toEqual([10, 11, 12, 13])
  })

  test('are looked for in one hierarchy, as they are in all', () => {
    const files = { [`${CPU}/cgroup.procs`]: '10', [`${FREEZER}/cgroup.procs`]: '10\n11' }
    expect(processesIn(new PretendedHost({ files }).kernel.here, LEGACY)).toEqual([10])
  })

  test('are none when the cgroup is gone, also when it goes while it is read', () => {
    expect(processesIn(new PretendedHost({}).kernel.here, UNIFIED)).toEqual([])
    expect(processesIn(new PretendedHost({}).kernel.here, NONE)).toEqual([])
    const going = new PretendedHost({
      files: { [`${V2}/cgroup.procs`]: '10' },
      forbids: (call) => (call === 'read' ? 'ENODEV' : undefined),
    })
    expect(processesIn(going.kernel.here, UNIFIED)).toEqual([])
  })

  test('of a threaded cgroup are found by their threads', () => {
    const host = new PretendedHost({
      files: {
        [`${V2}/cgroup.procs`]: '',
        [`${V2}/cgroup.threads`]: '10\n11\n12',
        '/proc/10/status': 'Name:\ta\nTgid:\t10\nPid:\t10',
        '/proc/11/status': 'Name:\ta\nTgid:\t10\nPid:\t11',
      },
      forbids: (call, path) => (call === 'read' && path.endsWith('cgroup.procs') ? 'EOPNOTSUPP' : undefined),
    })
    expect(processesIn(host.kernel.here, UNIFIED)).toEqual([10])
  })
})

describe('killing all of them', () => {
  test('is one write on version 2, which no fork escapes', () => {
    const host = new PretendedHost({ files: { [`${V2}/cgroup.kill`]: '', [`${V2}/cgroup.procs`]: '10' } })
    killAll(host.kernel.here, UNIFIED)
    expect(host.effects).toEqual([`write(3<${V2}/cgroup.kill>, "1")`])
  })

  test('also thaws on a host with both, as a process that is frozen in version 1 does not end', () => {
    const unified = '/sys/fs/cgroup/unified/docker/c1'
    const host = new PretendedHost({
      files: { [`${unified}/cgroup.kill`]: '', [`${FREEZER}/freezer.state`]: 'FROZEN' },
    })
    killAll(host.kernel.here, HYBRID)
    expect(host.effects).toEqual([
      `write(3<${unified}/cgroup.kill>, "1")`,
      `write(4<${FREEZER}/freezer.state>, "THAWED")`,
    ])
  })

  test('freezes, kills each by a pidfd, and thaws, where there is no cgroup.kill', () => {
    const files = { [`${CPU}/cgroup.procs`]: '10\n11', [`${FREEZER}/freezer.state`]: 'THAWED' }
    const host = new PretendedHost({ files })
    killAll(host.kernel.here, LEGACY)
    expect(host.effects.map((line) => line.replaceAll(/\d+</g, '<'))).toEqual([
      `write(<${FREEZER}/freezer.state>, "FROZEN")`,
      'pidfd_open(10) = <pidfd_open>',
      'pidfd_send_signal(<pidfd_open>, SIGKILL, NULL)',
      'pidfd_open(11) = <pidfd_open>',
      'pidfd_send_signal(<pidfd_open>, SIGKILL, NULL)',
      `write(<${FREEZER}/freezer.state>, "THAWED")`,
    ])
  })

  test('does so in a threaded cgroup, which cannot be killed at once', () => {
    const host = new PretendedHost({
      files: {
        [`${V2}/cgroup.kill`]: '',
        [`${V2}/cgroup.procs`]: '10',
        [`${V2}/cgroup.freeze`]: '0',
        [`${V2}/cgroup.events`]: 'frozen 1',
      },
      refuses: (path) => (path.endsWith('cgroup.kill') ? 'EOPNOTSUPP' : undefined),
    })
    killAll(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('pidfd_send_signal'))).toHaveLength(1)
  })

  test('is no error when the cgroup goes meanwhile, and another refusal is one', () => {
    const killed = (errno: 'ENODEV' | 'EIO') => () =>
      killAll(new PretendedHost({ files: { [`${V2}/cgroup.kill`]: '' }, refuses: () => errno }).kernel.here, UNIFIED)
    expect(killed('ENODEV')).not.toThrow()
    expect(killed('EIO')).toThrow('EIO')
  })

  test('is no error when the cgroup goes as its file is opened, and another refusal is one', () => {
    const opened = (errno: 'ENODEV' | 'EIO') => () => {
      const files = { [`${V2}/cgroup.kill`]: '', [`${V2}/cgroup.procs`]: '10' }
      const forbids = (call: string, path: string) =>
        call === 'openat' && path.includes('/cgroup.') ? errno : undefined
      killAll(new PretendedHost({ files, forbids }).kernel.here, UNIFIED)
    }
    expect(opened('ENODEV')).not.toThrow()
    expect(opened('EIO')).toThrow('EIO')
  })

  test('does so on version 2 before 5.14, even when they cannot be frozen', () => {
    const host = new PretendedHost({
      files: { [`${V2}/cgroup.procs`]: '10', [`${V2}/cgroup.freeze`]: '0', [`${V2}/cgroup.events`]: 'frozen 0' },
    })
    killAll(host.kernel.here, UNIFIED)
    expect(host.effects.filter((line) => line.startsWith('pidfd_send_signal'))).toHaveLength(1)
    expect(host.files.get(`${V2}/cgroup.freeze`)).toBe('0')
  })

  test('kills each also where nothing can be frozen', () => {
    const record = { ...LEGACY, hierarchies: LEGACY.hierarchies.filter(({ path }) => path === CPU) }
    const host = new PretendedHost({ files: { [`${CPU}/cgroup.procs`]: '10' } })
    killAll(host.kernel.here, record)
    expect(host.effects.map((line) => line.split('(')[0])).toEqual(['pidfd_open', 'pidfd_send_signal'])
  })

  test('does nothing when there are none, or no cgroup any more', () => {
    for (const record of [UNIFIED, LEGACY, HYBRID, NONE]) {
      const host = new PretendedHost({})
      killAll(host.kernel.here, record)
      expect(host.effects).toEqual([])
    }
  })
})

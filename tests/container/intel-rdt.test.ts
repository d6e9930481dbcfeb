// `linux.intelRdt` on hosts that have it, and what others say. The rest is in tests/unit/cgroups/resctrl.test.ts.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'

const ROOT = '/sys/fs/resctrl'
const mounted = readFileSync('/proc/self/mountinfo', 'utf8').includes(' - resctrl ')

containerTest(
  'create refuses a class of service where the kernel has none, and leaves nothing',
  async (box) => {
    assertRefused(await box.create({ linux: { intelRdt: { schemata: ['L3:0=f'] } } }), /resctrl|rdt/i)
    expect(box.stateIds()).toEqual([])
  },
  only(!mounted, 'a host without resctrl'),
  lacks('runc', 'does not know the field schemata', { until: '1.4.0' }),
  lacks('crun', 'does not ask for resctrl where it knows no other field', { until: '1.21' }),
)

containerTest(
  'a container and what exec adds to it are in their class of service, which goes with the container',
  async (box) => {
    const pid = await box.running({ linux: { intelRdt: { enableMonitoring: true } } })
    const tasks = () => readFileSync(`${ROOT}/${box.name}/tasks`, 'utf8').trim().split('\n').map(Number)
    expect(tasks()).toContain(pid)
    expect(existsSync(`${ROOT}/${box.name}/mon_groups/${box.name}`)).toBe(true)
    const exec = box.spawn(['exec', box.name, 'sleep', '1'])
    await Bun.sleep(500)
    expect(tasks().length).toBeGreaterThan(2)
    await exec.done
    await box.ok(['delete', '--force', box.name])
    expect(existsSync(`${ROOT}/${box.name}`)).toBe(false)
  },
  only(mounted, 'resctrl mounted on /sys/fs/resctrl (a CPU with Intel RDT or AMD QoS)'),
  lacks('runc', 'does not know the field enableMonitoring', { until: '1.4.0' }),
  lacks('crun', 'does not know the field enableMonitoring', { until: '1.23' }),
)

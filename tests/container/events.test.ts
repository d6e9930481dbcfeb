// `events`: what the kernel counts of a container, and a word when it runs out of memory.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { cgroupFile, hasController, readCgroup } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'

const MIB = 1_048_576

const crun = lacks('crun', 'has no such command')
const memory = only(hasController('memory'), 'the memory controller')

/** Sleeps at once, without a shell that would still be at work. */
const SLEEPER = { args: ['sleep', '1000'] }

async function stats(box: Box) {
  const text = await box.ok(['events', '--stats', box.name])
  expect(text).toEndWith('}\n')
  expect(text.trimEnd()).not.toContain('\n')
  return JSON.parse(text)
}

containerTest(
  'events --stats prints one event on one line',
  async (box) => {
    await box.running({ process: SLEEPER })
    const event = await stats(box)
    expect(Object.keys(event)).toEqual(['type', 'id', 'data'])
    expect([event.type, event.id]).toEqual(['stats', box.name])
    const parts = ['cpu', 'cpuset', 'memory', 'pids', 'blkio', 'hugetlb', 'intel_rdt', 'network_interfaces']
    expect(Object.keys(event.data)).toEqual(parts)
  },
  crun,
)

containerTest(
  'events --stats tells the limits that were set',
  async (box) => {
    await box.running({
      process: SLEEPER,
      linux: { resources: { memory: { limit: 64 * MIB }, pids: { limit: 42 } } },
    })
    const { data } = await stats(box)
    expect(data.memory.usage.limit).toBe(64 * MIB)
    expect(data.pids).toEqual({ current: 1, limit: 42 })
  },
  crun,
  memory,
)

containerTest(
  'events --stats tells the same figures as the files of the kernel',
  async (box) => {
    const pid = await box.running({ process: SLEEPER })
    const used = () => {
      const cpu = readCgroup(pid, 'cpuacct', 'cpuacct.usage', 'cpu.stat')
      const microseconds = /^usage_usec (\d+)/.exec(cpu)?.[1]
      const memory = Number(readCgroup(pid, 'memory', 'memory.usage_in_bytes', 'memory.current'))
      return [memory, microseconds === undefined ? Number(cpu) : Number(microseconds) * 1000]
    }
    // What the kernel charges late may come between.
    await eventually('figures that stand still', async () => {
      const before = used()
      const { data } = await stats(box)
      // A time of 0 is left out, and where a clock ticks seldom a program that sleeps has used none.
      const told = [data.memory.usage.usage ?? 0, data.cpu.usage.total ?? 0]
      expect({ told, sound: told.every(Number.isSafeInteger) }).toEqual({ told, sound: true })
      return told[0] > 0 && String(before) === String(told)
    })
  },
  crun,
  memory,
)

containerTest(
  'events --stats tells every figure of memory.stat',
  async (box) => {
    const pid = await box.running({ process: SLEEPER })
    const { data } = await stats(box)
    const lines = readFileSync(cgroupFile(pid, 'memory', 'memory.stat', 'memory.stat'), 'utf8')
      .trim()
      .split('\n')
    const names = lines.map((line) => line.split(' ')[0] ?? '')
    expect(Object.keys(data.memory.raw)).toEqual(names.sort())
  },
  crun,
  memory,
)

containerTest(
  'events --stats tells on which processors the container may run',
  async (box) => {
    await box.running({ process: SLEEPER, linux: { resources: { cpu: { cpus: '0' } } } })
    expect((await stats(box)).data.cpuset.cpus).toEqual([0])
  },
  crun,
  only(!unifiedCgroups && hasController('cpuset'), 'the cpuset controller of version 1'),
)

const runcNeedsMemory = hasController('memory') ? [] : [lacks('runc', 'has no figures without the memory controller')]

/** What `events` prints from now until the container has ended and is deleted, which is when runc's ends. */
async function told(box: Box, interval: string, act: () => Promise<unknown>): Promise<string[]> {
  const following = box.spawn(['events', '--interval', interval, box.name])
  // There is nothing to see of it before its first line, and a long interval has none.
  await Bun.sleep(300)
  await act()
  await box.reaches('stopped')
  await box.ok(['delete', box.name])
  const { code, stdout } = await following.done
  expect(code).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
}

containerTest(
  'events prints figures at intervals until the container is no more',
  async (box) => {
    await box.running({ process: { args: ['sleep', '1'] } })
    const lines = await told(box, '100ms', async () => {})
    const events = lines.map((line) => JSON.parse(line))
    expect(new Set(events.map(({ type, id }) => `${type} ${id}`))).toEqual(new Set([`stats ${box.name}`]))
    expect(events.length).toBeGreaterThanOrEqual(3)
    expect(events.length).toBeLessThanOrEqual(15)
  },
  crun,
  ...runcNeedsMemory,
)

containerTest(
  'events ends with the container, deleted or not',
  async (box) => {
    await box.running({ process: { args: ['sleep', '2'] } })
    await box.ok(['events', '--interval', '1h', box.name], { limit: 4_000 })
  },
  crun,
  ...(unifiedCgroups ? [] : [lacks('runc', 'waits until the cgroup is removed')]),
  ...runcNeedsMemory,
)

containerTest(
  'events tells of a container that runs out of memory, and of nothing else before the interval is over',
  async (box) => {
    // dd takes four times what there is, and is what the kernel ends.
    const script = 'until test -e /tmp/go; do sleep 0.05; done; dd if=/dev/zero of=/dev/null bs=64M count=1; sleep 0.2'
    await box.running({
      process: { args: ['sh', '-c', script] },
      linux: { resources: { memory: { limit: 16 * MIB, swap: 16 * MIB } } },
    })
    const lines = await told(box, '1h', () => box.execShell('touch /tmp/go'))
    expect(new Set(lines)).toEqual(new Set([JSON.stringify({ type: 'oom', id: box.name })]))
  },
  crun,
  memory,
)

containerTest(
  'events of a container that does not run out of memory tells of no such thing',
  async (box) => {
    await box.running({ process: { args: ['sleep', '0.5'] }, linux: { resources: { memory: { limit: 64 * MIB } } } })
    expect(await told(box, '1h', async () => {})).toEqual([])
  },
  crun,
  memory,
)

containerTest(
  'events refuses a container that has stopped',
  async (box) => {
    await box.running({ process: { args: ['true'] } })
    await box.reaches('stopped')
    assertRefused(await box.call(['events', '--stats', box.name]), /not running/)
  },
  crun,
)

containerTest(
  'events refuses an unknown container',
  async (box) => {
    assertRefused(await box.call(['events', '--stats', box.name]), /does not exist/)
  },
  crun,
)

for (const interval of ['0s', '-1s', 'soon']) {
  containerTest(`events refuses the interval ${interval}`, async (box) => {
    await box.running({ process: SLEEPER })
    const outcome = await box.call(['events', `--interval=${interval}`, '--stats', box.name])
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
  })
}

// linux.cgroupsPath and linux.resources: what the kernel's files say of the container's own cgroup, v1 and v2.
import { expect } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs'

import { cgroupDir, cgroupFile, hasController, readCgroup } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, needing, only } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'

const MIB = 1_048_576

const memory = only(hasController('memory'), 'the memory controller')
const cpu = only(hasController('cpu'), 'the cpu controller')
const cpuset = only(hasController('cpuset'), 'the cpuset controller')
const pids = only(hasController('pids'), 'the pids controller')

containerTest(
  'a container is in the cgroup that cgroupsPath names',
  async (box) => {
    const pid = await box.running()
    expect(cgroupDir(pid, 'pids')).toEndWith(`/${box.name}`)
    expect(readFileSync(`${cgroupDir(pid, 'pids')}/cgroup.procs`, 'utf8').split('\n')).toContain(String(pid))
  },
  pids,
)

containerTest(
  'cgroupsPath may name a cgroup below another one',
  async (box) => {
    const pid = await box.running({ linux: { cgroupsPath: `/${box.name}/inner` } })
    const dir = cgroupDir(pid, 'pids')
    expect(dir).toEndWith(`/${box.name}/inner`)
    await box.ok(['delete', '--force', box.name])
    expect(existsSync(dir)).toBe(false)
    removeParents(box.name)
  },
  pids,
)

/** The parent of a container's cgroup is the caller's: nobody but the caller removes it. */
function removeParents(name: string): void {
  for (const root of ['', ...readdirSync('/sys/fs/cgroup')]) {
    const path = `/sys/fs/cgroup/${root}/${name}`
    if (existsSync(path)) rmdirSync(path)
  }
}

containerTest(
  'a container without cgroupsPath has a cgroup that is named after it',
  async (box) => {
    const pid = await box.running({ linux: { cgroupsPath: null } })
    expect(cgroupDir(pid, 'pids')).toEndWith(`/${box.name}`)
  },
  pids,
)

containerTest('delete removes the cgroups of the container in every hierarchy', async (box) => {
  const pid = await box.running()
  const dirs = ['memory', 'cpu', 'pids', 'devices', 'freezer'].map((controller) => cgroupDir(pid, controller))
  expect(dirs.every((dir) => dir.endsWith(box.name))).toBe(true)
  await box.ok(['delete', '--force', box.name])
  expect(dirs.filter((dir) => existsSync(dir))).toEqual([])
})

containerTest(
  'delete removes the cgroups that the container made below its own',
  async (box) => {
    const pid = await box.running()
    const dir = cgroupDir(pid, 'pids')
    mkdirSync(`${dir}/a/b`, { recursive: true })
    await box.ok(['delete', '--force', box.name])
    expect(existsSync(dir)).toBe(false)
  },
  pids,
)

containerTest(
  'create refuses a cgroup that holds processes already',
  async (box) => {
    const first = await box.running()
    box.configure()
    const outcome = await box.call(['create', '--bundle', box.bundleDir, `${box.name}-second`])
    assertRefused(outcome, /cgroup|not empty/)
    expect(existsSync(`/proc/${first}`)).toBe(true)
  },
  lacks('runc', 'warns and goes on', { until: '1.2.0' }),
  lacks('crun', 'goes on'),
)

containerTest(
  'memory.limit is the limit of the kernel',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB } } } })
    expect(readCgroup(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')).toBe(String(64 * MIB))
  },
  memory,
)

containerTest(
  'memory.limit -1 is no limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: -1 } } } })
    const text = readCgroup(pid, 'memory', 'memory.limit_in_bytes', 'memory.max')
    expect(text === 'max' || Number(text) > 2 ** 60).toBe(true)
  },
  memory,
)

containerTest(
  'memory.reservation is the soft limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { reservation: 32 * MIB } } } })
    expect(readCgroup(pid, 'memory', 'memory.soft_limit_in_bytes', 'memory.low')).toBe(String(32 * MIB))
  },
  memory,
)

containerTest(
  'memory.swap counts memory and swap together',
  async (box) => {
    const pid = await box.running({ linux: { resources: { memory: { limit: 64 * MIB, swap: 96 * MIB } } } })
    const swap = unifiedCgroups ? 32 * MIB : 96 * MIB
    expect(readCgroup(pid, 'memory', 'memory.memsw.limit_in_bytes', 'memory.swap.max')).toBe(String(swap))
  },
  memory,
)

containerTest(
  'create refuses a limit of memory and swap that is below that of memory',
  async (box) => {
    const outcome = await box.create({ linux: { resources: { memory: { limit: 64 * MIB, swap: 32 * MIB } } } })
    expect(outcome.code).not.toBe(0)
    expect(outcome.stderr).not.toBe('')
    expect(box.stateIds()).toEqual([])
  },
  memory,
  lacks('crun', 'leaves the cgroup behind when the kernel refuses a limit'),
)

containerTest(
  'memory.swappiness and disableOOMKiller are set where there is v1',
  async (box) => {
    const pid = await box.running({
      linux: { resources: { memory: { limit: 64 * MIB, swappiness: 7, disableOOMKiller: true } } },
    })
    expect(readCgroup(pid, 'memory', 'memory.swappiness', '')).toBe('7')
    expect(readCgroup(pid, 'memory', 'memory.oom_control', '')).toContain('oom_kill_disable 1')
  },
  memory,
  needing('cgroup1'),
)

containerTest(
  'cpu.shares are the shares of v1 or the weight of v2',
  async (box) => {
    const pid = await box.running({ linux: { resources: { cpu: { shares: 512 } } } })
    const text = readCgroup(pid, 'cpu', 'cpu.shares', 'cpu.weight')
    // 20 is the linear conversion of older runtimes, 59 the one that keeps 1024 shares at weight 100.
    if (unifiedCgroups) expect(['20', '59']).toContain(text)
    else expect(text).toBe('512')
  },
  cpu,
)

containerTest(
  'cpu.quota and cpu.period are the bandwidth of the kernel',
  async (box) => {
    const pid = await box.running({ linux: { resources: { cpu: { quota: 30_000, period: 60_000 } } } })
    expect(readCgroup(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toBe(unifiedCgroups ? '30000 60000' : '30000')
    if (!unifiedCgroups) expect(readCgroup(pid, 'cpu', 'cpu.cfs_period_us', '')).toBe('60000')
  },
  cpu,
)

containerTest(
  'cpu.quota -1 is no limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { cpu: { quota: -1 } } } })
    expect(readCgroup(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^(-1|max 100000)$/)
  },
  cpu,
  lacks('crun', 'writes -1 as an unsigned number', { until: '1.9' }),
)

containerTest(
  'cpu.burst lets a container save up',
  async (box) => {
    const pid = await box.running({ linux: { resources: { cpu: { quota: 50_000, period: 100_000, burst: 20_000 } } } })
    expect(readCgroup(pid, 'cpu', 'cpu.cfs_burst_us', 'cpu.max.burst')).toBe('20000')
  },
  cpu,
  lacks('runc', 'knows no burst', { until: '1.2.0' }),
  lacks('crun', 'knows no burst', { until: '1.8.6' }),
)

containerTest(
  'cpu.cpus and cpu.mems bind the container',
  async (box) => {
    const out = await box.shell("grep -E '^(Cpus|Mems)_allowed_list' /proc/self/status | cut -f2", {
      linux: { resources: { cpu: { cpus: '0', mems: '0' } } },
    })
    expect(out).toBe('0\n0\n')
  },
  cpuset,
)

containerTest(
  'pids.limit is the limit of the kernel',
  async (box) => {
    const pid = await box.running({ linux: { resources: { pids: { limit: 42 } } } })
    expect(readCgroup(pid, 'pids', 'pids.max', 'pids.max')).toBe('42')
  },
  pids,
)

containerTest(
  'pids.limit stops a container that forks too often',
  async (box) => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1 & done'
    const { stderr } = await box.run({
      process: { args: ['sh', '-c', script] },
      linux: { resources: { pids: { limit: 5 } } },
    })
    expect(stderr).toContain("can't fork")
  },
  pids,
)

containerTest(
  'pids.limit -1 is no limit',
  async (box) => {
    const pid = await box.running({ linux: { resources: { pids: { limit: -1 } } } })
    expect(readCgroup(pid, 'pids', 'pids.max', 'pids.max')).toBe('max')
  },
  pids,
  lacks('crun', 'writes -1 where the kernel wants max', { until: '1.9' }),
)

containerTest(
  'blockIO throttles are those of the kernel',
  async (box) => {
    const [major = 0, minor = 0] = blockDevice()
    const blockIO = {
      throttleReadBpsDevice: [{ major, minor, rate: 1_048_576 }],
      throttleWriteIOPSDevice: [{ major, minor, rate: 77 }],
    }
    const pid = await box.running({ linux: { resources: { blockIO } } })
    if (unifiedCgroups) {
      const text = readFileSync(cgroupFile(pid, 'io', '', 'io.max'), 'utf8')
      expect(text).toContain(`${major}:${minor} rbps=1048576 wbps=max riops=max wiops=77`)
      return
    }
    expect(readCgroup(pid, 'blkio', 'blkio.throttle.read_bps_device', '')).toContain(`${major}:${minor} 1048576`)
    expect(readCgroup(pid, 'blkio', 'blkio.throttle.write_iops_device', '')).toContain(`${major}:${minor} 77`)
  },
  only(blockDevice().length === 2 && (hasController('blkio') || hasController('io')), 'a disk and the io controller'),
)

/** The numbers of a disk of the host: throttles are refused for a partition and for what is not there. */
function blockDevice(): number[] {
  const [first] = readdirSync('/sys/block').filter((name) => !name.startsWith('loop') && !name.startsWith('ram'))
  return first === undefined ? [] : readFileSync(`/sys/block/${first}/dev`, 'utf8').split(':').map(Number)
}

containerTest(
  'unified sets files of v2 by name',
  async (box) => {
    const unified = { 'memory.high': '50331648', 'pids.max': '33' }
    const pid = await box.running({ linux: { resources: { unified } } })
    expect(readCgroup(pid, 'memory', '', 'memory.high')).toBe('50331648')
    expect(readCgroup(pid, 'pids', '', 'pids.max')).toBe('33')
  },
  needing('cgroup2'),
  only(hasController('memory') && hasController('pids'), 'the controllers memory and pids'),
)

containerTest(
  'create refuses unified where there is no v2',
  async (box) => {
    const outcome = await box.create({ linux: { resources: { unified: { 'memory.high': '50331648' } } } })
    assertRefused(outcome, /unified|cgroup v2/i)
  },
  needing('cgroup1'),
  lacks('crun', 'refuses, and leaves its cgroups behind'),
)

containerTest(
  'create refuses a unified key that is a path',
  async (box) => {
    const outcome = await box.create({ linux: { resources: { unified: { '../pids.max': '33' } } } })
    expect(outcome.code).not.toBe(0)
    expect(box.stateIds()).toEqual([])
  },
  needing('cgroup2'),
  crunLeavesCgroup,
)

containerTest(
  'the limits stand before the program starts',
  async (box) => {
    await box.create({ linux: { resources: { pids: { limit: 42 } } } })
    expect(readCgroup((await box.state()).pid, 'pids', 'pids.max', 'pids.max')).toBe('42')
  },
  pids,
)

containerTest(
  'exec is under the limits of the container',
  async (box) => {
    await box.running({ linux: { resources: { pids: { limit: 8 } } } })
    const { stderr } = await box.exec(['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done'])
    expect(stderr).toContain("can't fork")
  },
  pids,
)

containerTest(
  'a container that needs more memory than its limit is killed, with code 137',
  async (box) => {
    const { code } = await box.run({
      process: { args: ['tail', '/dev/zero'] },
      linux: { resources: { memory: { limit: 16 * MIB, swap: 16 * MIB } } },
    })
    expect(code).toBe(137)
  },
  memory,
)

containerTest(
  'a process of a container that is out of memory dies and the container lives',
  async (box) => {
    const out = await box.shell('tail /dev/zero; echo $?', {
      process: { oomScoreAdj: 0 },
      linux: { resources: { memory: { limit: 16 * MIB, swap: 16 * MIB } } },
    })
    expect(out).toBe('137\n')
  },
  memory,
)

containerTest(
  'the cgroup of a container belongs to root',
  async (box) => {
    const pid = await box.running()
    expect(statSync(cgroupDir(pid, 'pids'))).toMatchObject({ uid: 0, gid: 0 })
  },
  pids,
)

// How the kernel treats the process: scheduler, I/O priority, CPUs, memory policy, execution domain, SELinux.
import { expect } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { crunLeavesCgroup } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_NAMESPACES, type Process } from '#tests/support/spec.ts'

const runcOld = lacks('runc', 'does not know the field', { until: '1.2.0' })
const crunOld = lacks('crun', 'does not know the field', { until: '1.9.0' })

/** A field of /proc/PID/status. */
const status = (pid: number, name: string) =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]

/** Numbers of /proc/PID/stat as proc(5) counts them. */
const statField = (pid: number, field: number) =>
  Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[field - 3],
  )

const NICE = 19
const RT_PRIORITY = 40
const POLICY = 41

/** Where the kernel divides real time among cgroups (RT_GROUP_SCHED), a new one has none until it is given some (v1). */
const dividesRealTime = existsSync('/sys/fs/cgroup/cpu/cpu.rt_runtime_us')
const resources = dividesRealTime ? { cpu: { realtimePeriod: 1_000_000, realtimeRuntime: 10_000 } } : {}
const realTime = only(dividesRealTime || knowsNoDivision(), 'cgroup v1, or a kernel that says it has no RT_GROUP_SCHED')

function knowsNoDivision(): boolean {
  if (!existsSync('/proc/config.gz')) return false
  const config = new TextDecoder().decode(Bun.gunzipSync(readFileSync('/proc/config.gz')))
  return !config.includes('CONFIG_RT_GROUP_SCHED=y')
}

const numa = only(existsSync('/proc/self/numa_maps'), 'a kernel with NUMA')

const MAPS = [{ containerID: 0, hostID: 100_000, size: 65_536 }]

containerTest(
  'the scheduler is the one of config.json',
  async (box) => {
    const pid = await box.running({ process: { scheduler: { policy: 'SCHED_BATCH', nice: 5 } } })
    expect([statField(pid, POLICY), statField(pid, NICE)]).toEqual([3, 5])
  },
  runcOld,
  crunOld,
)

containerTest(
  'a process has a real-time priority, and its children have none where that is asked for',
  async (box) => {
    const scheduler = { policy: 'SCHED_FIFO', priority: 10, flags: ['SCHED_FLAG_RESET_ON_FORK'] }
    const pid = await box.running({ process: { scheduler }, linux: { resources } })
    expect([statField(pid, POLICY) & 0xff, statField(pid, RT_PRIORITY)]).toEqual([1, 10])
    const child = (await box.program(['cat', `/proc/${pid}/task/${pid}/children`])).stdout.trim()
    expect(statField(Number(child), POLICY)).toBe(0)
  },
  realTime,
  runcOld,
  crunOld,
)

containerTest(
  'a process in a user namespace has the real-time priority of config.json too',
  async (box) => {
    const namespaces = [...DEFAULT_NAMESPACES, { type: 'user' }]
    const scheduler = { policy: 'SCHED_RR', priority: 3 }
    await box.program(['chown', '-R', '100000:100000', box.rootfs])
    const pid = await box.running({
      process: { scheduler, ioPriority: { class: 'IOPRIO_CLASS_RT', priority: 1 } },
      linux: { namespaces, uidMappings: MAPS, gidMappings: MAPS, resources },
    })
    expect([statField(pid, POLICY), statField(pid, RT_PRIORITY)]).toEqual([2, 3])
    expect((await box.program(['ionice', '-p', String(pid)])).stdout).toBe('realtime: prio 1\n')
  },
  realTime,
  lacks('runc', 'sets it in the user namespace, which may not'),
  lacks('crun', 'sets it in the user namespace, which may not'),
)

containerTest(
  'create refuses a scheduler that has not what its policy needs',
  async (box) => {
    assertRefused(await box.create({ process: { scheduler: { policy: 'SCHED_FIFO' } } }), /sched/)
    expect(box.stateIds()).toEqual([])
  },
  runcOld,
  crunOld,
)

containerTest(
  'a deadline scheduler that the kernel refuses is an error of create',
  async (box) => {
    // The kernel takes no period below a microsecond.
    const scheduler = { policy: 'SCHED_DEADLINE', runtime: 10, deadline: 20, period: 20 }
    assertRefused(await box.create({ process: { scheduler } }), /sched/)
    expect(box.stateIds()).toEqual([])
  },
  runcOld,
  crunOld,
)

containerTest(
  'the I/O priority is the one of config.json',
  async (box) => {
    const pid = await box.running({ process: { ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 6 } } })
    expect((await box.program(['ionice', '-p', String(pid)])).stdout).toBe('best-effort: prio 6\n')
  },
  runcOld,
  crunOld,
)

containerTest(
  'the execution domain is the one of config.json, for the processes of exec too',
  async (box) => {
    await box.running({ linux: { personality: { domain: 'LINUX32' } } })
    expect(await box.execShell('cat /proc/1/personality /proc/self/personality')).toBe('00000008\n00000008\n')
  },
  lacks('runc', 'does not know the field', { until: '1.2.0' }),
)

containerTest(
  'memory is taken as the policy of config.json says',
  async (box) => {
    const pid = await box.running({ linux: { memoryPolicy: { mode: 'MPOL_BIND', nodes: '0' } } })
    // Each mapping in numa_maps has its policy behind its address.
    const policies = readFileSync(`/proc/${pid}/numa_maps`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1])
    expect(policies.filter((policy) => policy === 'bind:0').length).toBeGreaterThan(2)
    expect(policies).not.toContain('default')
  },
  numa,
  lacks('runc', 'does not know the field', { until: '1.4.0' }),
  lacks('crun', 'does not know the field', { until: '1.26' }),
)

containerTest(
  'the flags of a memory policy hold for it',
  async (box) => {
    const flags = ['MPOL_F_STATIC_NODES']
    const pid = await box.running({ linux: { memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', flags } } })
    expect(readFileSync(`/proc/${pid}/numa_maps`, 'utf8')).toContain(' bind=static:0 ')
  },
  numa,
  lacks('runc', 'does not know the field', { until: '1.4.0' }),
  lacks('crun', 'does not know the field', { until: '1.26' }),
)

containerTest(
  'create refuses a policy with nodes that the machine does not have',
  async (box) => {
    assertRefused(
      await box.create({ linux: { memoryPolicy: { mode: 'MPOL_BIND', nodes: '60' } } }),
      /mempolicy|policy/i,
    )
    expect(box.stateIds()).toEqual([])
  },
  numa,
  lacks('runc', 'does not know the field', { until: '1.4.0' }),
  lacks('crun', 'does not know the field', { until: '1.26' }),
  crunLeavesCgroup,
)

/** Runs `exec` of a process that says on which CPUs it may run. */
async function allowedCpus(box: Box, process: Process): Promise<string> {
  const args = ['sh', '-c', 'grep Cpus_allowed_list /proc/self/status | cut -f2']
  const file = box.path('process.json')
  writeFileSync(file, JSON.stringify({ cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 }, args, ...process }))
  return box.ok(['exec', '--process', file, box.name])
}

const twoCpus = only(navigator.hardwareConcurrency > 1, 'two CPUs')

containerTest(
  'exec runs on the CPUs of execCPUAffinity.final, and the container on all',
  async (box) => {
    const pid = await box.running()
    expect(await allowedCpus(box, { execCPUAffinity: { initial: '0', final: '1' } })).toBe('1\n')
    expect(await allowedCpus(box, { execCPUAffinity: { final: '0' } })).toBe('0\n')
    expect(status(pid, 'Cpus_allowed_list')).not.toBe('0')
  },
  twoCpus,
  lacks('runc', 'does not know the field', { until: '1.3.0' }),
  lacks('crun', 'does not know the field', { until: '1.20' }),
)

containerTest(
  'exec takes the CPUs from config.json, unless its process has others',
  async (box) => {
    await box.running({ process: { execCPUAffinity: { final: '1' } } })
    expect(await box.execShell('grep Cpus_allowed_list /proc/self/status | cut -f2')).toBe('1\n')
  },
  twoCpus,
  lacks('runc', 'does not know the field', { until: '1.3.0' }),
  lacks('crun', 'does not know the field', { until: '1.20' }),
)

containerTest(
  'exec refuses CPUs that the machine does not have',
  async (box) => {
    await box.running()
    const file = box.path('process.json')
    const process = { cwd: '/', user: { uid: 0, gid: 0 }, args: ['true'], execCPUAffinity: { final: '60000' } }
    writeFileSync(file, JSON.stringify(process))
    const outcome = await box.call(['exec', '--process', file, box.name])
    expect([outcome.code === 0, /60000|affinity|invalid/i.test(outcome.stderr)]).toEqual([false, true])
  },
  lacks('runc', 'does not know the field', { until: '1.3.0' }),
  lacks('crun', 'does not know the field', { until: '1.20' }),
)

const withoutSelinux = only(!(await Bun.file('/sys/fs/selinux/enforce').exists()), 'a kernel without SELinux')
const LABEL = 'system_u:system_r:container_t:s0:c1,c2'

containerTest(
  'create refuses the label of a process where SELinux is off',
  async (box) => {
    assertRefused(await box.create({ process: { selinuxLabel: LABEL } }), /selinux/i)
    expect(box.stateIds()).toEqual([])
  },
  withoutSelinux,
  lacks('crun', 'complains of a file of procfs and does not name the feature'),
)

containerTest(
  'create refuses a label for mounts where SELinux is off',
  async (box) => {
    assertRefused(await box.create({ linux: { mountLabel: LABEL } }), /selinux/i)
    expect(box.stateIds()).toEqual([])
  },
  withoutSelinux,
  lacks('runc', 'complains of the first mount and does not name the feature'),
  lacks('crun', 'leaves the label out'),
)

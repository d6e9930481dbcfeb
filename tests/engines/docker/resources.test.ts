// Limits: what `docker run` asks for stands in the cgroup, `docker update` changes it, and it is enforced.
import { expect } from 'bun:test'
import { readdirSync } from 'node:fs'

import { unifiedCgroups } from '#tests/support/runtime.ts'

import { removeEmptyCgroup } from '../traces.ts'
import { IMAGE } from './image.ts'
import { dockerSuite } from './suite.ts'
import type { RunRow } from './suite.ts'

/** A script that prints the files `v1` or, where there is one hierarchy only, `v2` of the container's own cgroup. */
function limits(v1: string, v2: string): string {
  return `cd /sys/fs/cgroup && tail -n +1 ${unifiedCgroups ? v2 : v1} 2>&1`
}

const ROWS: readonly RunRow[] = [
  {
    name: 'run --memory limits memory, and memory with swap to twice as much',
    flags: ['--memory', '64m'],
    command: limits('memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes', 'memory.max memory.swap.max'),
    says: /67108864/,
  },
  {
    name: 'run --memory-swap and --memory-reservation set theirs',
    flags: ['--memory', '64m', '--memory-swap', '96m', '--memory-reservation', '32m'],
    command: limits(
      'memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes memory/memory.soft_limit_in_bytes',
      'memory.max memory.swap.max memory.low',
    ),
    says: /33554432/,
  },
  {
    name: 'run --memory-swap -1 leaves swap without a limit',
    flags: ['--memory', '64m', '--memory-swap', '-1'],
    command: limits('memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes', 'memory.max memory.swap.max'),
    says: /67108864/,
  },
  {
    name: 'run --memory-swappiness and --oom-kill-disable set theirs',
    flags: ['--memory', '64m', '--memory-swappiness', '17', '--oom-kill-disable'],
    command: limits('memory/memory.swappiness memory/memory.oom_control', 'memory.max'),
  },
  {
    name: 'run --cpus limits processor time',
    flags: ['--cpus', '0.5'],
    command: limits('cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us', 'cpu.max'),
    says: /50000/,
  },
  {
    name: 'run --cpu-quota and --cpu-period limit processor time',
    flags: ['--cpu-quota', '30000', '--cpu-period', '60000'],
    command: limits('cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us', 'cpu.max'),
    says: /30000[^]*60000/,
  },
  {
    name: 'run --cpu-shares gives a weight',
    flags: ['--cpu-shares', '512'],
    command: limits('cpu/cpu.shares', 'cpu.weight'),
  },
  {
    name: 'run --cpuset-cpus and --cpuset-mems choose processors and memory',
    flags: ['--cpuset-cpus', '0', '--cpuset-mems', '0'],
    command: `${limits('cpuset/cpuset.cpus cpuset/cpuset.mems', 'cpuset.cpus cpuset.mems')}; grep allowed_list /proc/self/status`,
    says: /Cpus_allowed_list:\s0\n/,
  },
  {
    name: 'run --pids-limit limits the number of processes',
    flags: ['--pids-limit', '8'],
    // A subshell and not a pipeline: its second half would be one more process that the limit may refuse.
    command: `${limits('pids/pids.max', 'pids.max')}; (for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done) 2>&1; true`,
    says: /8\n[^]*(can't fork|Resource temporarily)/,
  },
  {
    name: 'run --pids-limit 0 sets no limit',
    flags: ['--pids-limit', '0'],
    command: limits('pids/pids.max', 'pids.max'),
    says: /max/,
  },
  {
    name: 'run --blkio-weight weighs input and output, or the daemon says that it cannot',
    flags: ['--blkio-weight', '300'],
    command: limits('blkio/blkio.weight blkio/blkio.bfq.weight', 'io.weight io.bfq.weight'),
    code: 1,
  },
  {
    name: 'run --device-cgroup-rule lets a container make and open a device',
    flags: ['--device-cgroup-rule', 'c 1:11 rwm', '--cap-add', 'MKNOD'],
    command: 'mknod /tmp/kmsg c 1 11 && (: < /tmp/kmsg) && mknod /tmp/port c 1 4 && (: < /tmp/port); echo $?',
    complains: /Operation not permitted/,
  },
  {
    name: 'run --ulimit sets limits',
    flags: [
      '--ulimit',
      'nofile=100:200',
      '--ulimit',
      'core=0',
      '--ulimit',
      'nproc=5000:6000',
      '--ulimit',
      'stack=1000000',
    ],
    command: 'cat /proc/self/limits',
    says: /Max open files\s+100\s+200/,
  },
  {
    name: 'run --shm-size sizes /dev/shm',
    flags: ['--shm-size', '8m'],
    command: 'df -k /dev/shm | tail -n 1; grep shm /proc/mounts',
    says: /8192/,
  },
  {
    name: 'run --sysctl sets parameters of the container’s namespaces',
    flags: ['--sysctl', 'net.core.somaxconn=77', '--sysctl', 'kernel.msgmax=9999', '--sysctl', 'net.ipv4.ip_forward=1'],
    command: 'cd /proc/sys; cat net/core/somaxconn kernel/msgmax net/ipv4/ip_forward',
    says: /^77\n9999\n1\n$/,
  },
  {
    name: 'run --device-read-bps throttles a device',
    flags: ['--device-read-bps', `${blockDevice()}:1mb`, '--device-write-iops', `${blockDevice()}:50`],
    command: limits('blkio/blkio.throttle.read_bps_device blkio/blkio.throttle.write_iops_device', 'io.max'),
    says: /1048576[^]*50/,
  },
]

/** A disk of this host: which one is of no importance, for nothing is read from it. */
function blockDevice(): string {
  const disk = readdirSync('/sys/block').find((name) => /^(vd|sd|nvme|ubd|loop)/.test(name))
  return `/dev/${disk ?? 'vda'}`
}

/**
 * Runs out of memory, but not at once: the shim asks to be told of it when `start` has returned, and of what happened
 * before that the daemon never hears, with runc as with bunc.
 */
const EXHAUST = 'sleep 1; tail /dev/zero'

dockerSuite('docker limits', (suite) => {
  suite.rows(ROWS)

  suite.same('a container that runs out of memory is killed and reported as such', async (side) => {
    const name = side.name()
    const flags = ['--name', name, '--memory', '32m', '--memory-swap', '32m']
    const { code } = await side.docker(['run', ...side.flags([...flags, IMAGE, 'sh', '-c', EXHAUST])])
    expect(code).toBe(137)
    const state = '{{.State.OOMKilled}} {{.State.ExitCode}} {{.State.Status}}'
    expect(await side.ok(['inspect', '--format', state, name])).toBe('true 137 exited')
  })

  suite.same('a container survives the out-of-memory kill of a process that is not its first', async (side) => {
    const name = side.name()
    const flags = ['--name', name, '--memory', '32m', '--memory-swap', '32m']
    const script = `sh -c '${EXHAUST}'; echo ended with $?`
    expect((await side.docker(['run', ...side.flags([...flags, IMAGE, 'sh', '-c', script])])).stdout).toContain('137')
    await side.ok(['inspect', '--format', '{{.State.ExitCode}} {{.State.Status}}', name])
  })

  suite.same('update changes the limits of a running container', async (side) => {
    const name = await side.up(['--memory', '64m', '--cpus', '0.5', '--pids-limit', '20'])
    const flags = [
      '--memory',
      '96m',
      '--memory-swap',
      '128m',
      '--cpu-shares',
      '300',
      '--pids-limit',
      '33',
      '--cpus',
      '0.7',
    ]
    await side.ok(['update', ...flags, '--cpuset-cpus', '0', name])
    const v1 = 'memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us'
    const v2 = 'memory.max memory.swap.max cpu.weight cpu.max'
    const script = limits(`${v1} pids/pids.max cpuset/cpuset.cpus`, `${v2} pids.max cpuset.cpus`)
    expect(await side.ok(['exec', name, 'sh', '-c', script])).toMatch(/100663296[^]*33/)
  })

  suite.same('update of a limit of memory in both directions keeps memory below memory with swap', async (side) => {
    const name = await side.up(['--memory', '64m', '--memory-swap', '64m'])
    const script = limits(
      'memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes',
      'memory.max memory.swap.max',
    )
    await side.ok(['update', '--memory', '128m', '--memory-swap', '128m', name])
    expect(await side.ok(['exec', name, 'sh', '-c', script])).toContain('134217728')
    await side.ok(['update', '--memory', '48m', '--memory-swap', '48m', name])
    expect(await side.ok(['exec', name, 'sh', '-c', script])).toContain('50331648')
  })

  suite.same('update of a stopped container counts from its next start', async (side) => {
    const name = await side.up([], limits('pids/pids.max', 'pids.max'))
    await side.ok(['wait', name])
    await side.ok(['update', '--pids-limit', '44', name])
    expect(await side.ok(['start', '--attach', name])).toContain('44')
  })

  suite.same('stats shows the limits and the number of processes', async (side) => {
    const name = await side.up(['--memory', '64m', '--pids-limit', '20'], 'sleep 1000 & sleep 1000 & echo ready; wait')
    await side.waitForLog(name, /ready/)
    const { stdout } = await side.daemon.docker(['stats', '--no-stream', '--format', '{{.MemUsage}} {{.PIDs}}', name])
    expect(stdout).toMatch(/^[\d.]+[KkM]iB \/ 64MiB 3$/m)
    side.record('number of processes', stdout.trim().split(' ').at(-1))
  })

  suite.same('run --cgroup-parent puts the container below that cgroup', async (side) => {
    const parent = `/${side.daemon.name}/${side.name('parent')}`
    const outcome = await side.run(['--cgroup-parent', parent, IMAGE, 'cat', '/proc/self/cgroup'])
    expect(outcome.stdout).toContain(`:${parent}/`)
    removeEmptyCgroup(parent)
  })
})

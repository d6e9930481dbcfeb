// Limits of resources that cannot be set.
import { only, races } from '#tests/support/container-test.ts'
import { unifiedCgroups } from '#tests/support/runtime.ts'
import { DEFAULT_MOUNTS, type Spec } from '#tests/support/spec.ts'
import { CRUN_LEAVES_CGROUP, type Mistake, running } from './mistake.ts'

/** Version 2 takes CPUs and nodes that are not there, and gives the others. */
const LEGACY = only(!unifiedCgroups, 'cgroup v1')

const limited = (resources: Readonly<Record<string, unknown>>, more: Spec = {}): Spec => ({
  ...more,
  linux: { resources },
})

export const LIMIT_MISTAKES: readonly Mistake[] = [
  {
    title: 'The memory limit leaves no room to start',
    provoke: running(limited({ memory: { limit: 4096 } })),
    says: ['memory', 'limit'],
    but: [CRUN_LEAVES_CGROUP, races('runc', 'starts where the kernel counts less')],
    quoted: !unifiedCgroups,
  },
  {
    title: 'The swap limit is below the memory limit',
    provoke: running(limited({ memory: { limit: 64 << 20, swap: 32 << 20 } })),
    says: ['linux.resources.memory.swap: 33554432 is below the memory limit 67108864'],
    but: [CRUN_LEAVES_CGROUP],
  },
  {
    title: 'A CPU is not there',
    provoke: running(limited({ cpu: { cpus: '512' } })),
    says: ['linux.resources.cpu.cpus', '"512"', 'cpuset.cpus.effective'],
    but: [LEGACY, CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A list of CPUs is misspelt',
    provoke: running(limited({ cpu: { cpus: '0..1' } })),
    says: ['linux.resources.cpu.cpus', '"0..1"', 'no list like "0-3,7"'],
    but: [LEGACY, CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A memory node is not there',
    provoke: running(limited({ cpu: { mems: '63' } })),
    says: ['linux.resources.cpu.mems', '"63"', 'cpuset.mems.effective'],
    but: [LEGACY, CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'The CPU quota is too small',
    provoke: running(limited({ cpu: { quota: 10, period: 100_000 } })),
    says: ['linux.resources.cpu.quota', 'the quota at least 1000'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'The CPU period is too long',
    provoke: running(limited({ cpu: { period: 10_000_000 } })),
    says: ['linux.resources.cpu.period', 'from 1000 to 1000000 microseconds'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A size of huge pages is not there',
    provoke: running(limited({ hugepageLimits: [{ pageSize: '3MB', limit: 0 }] })),
    says: ['hugetlb.3MB'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A disk to be limited is not there',
    provoke: running(limited({ blockIO: { throttleReadBpsDevice: [{ major: 250, minor: 99, rate: 1000 }] } })),
    says: ['linux.resources.blockIO.throttle', '250:99', 'lsblk'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A controller is not there',
    provoke: running(limited({ rdma: { mlx5_1: { hcaHandles: 3 } } })),
    says: ['linux.resources.rdma'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'A file of the cgroup is not there',
    provoke: running(limited({ unified: { 'memory.no-such': '1' } })),
    says: ['linux.resources.unified["memory.no-such"]'],
    but: [CRUN_LEAVES_CGROUP],
    quoted: !unifiedCgroups,
  },
  {
    title: 'The cgroup climbs out of the hierarchy',
    provoke: running({ linux: { cgroupsPath: '../../outside' } }),
    says: ['linux.cgroupsPath: "../../outside"'],
    but: [races('runc', 'takes the dots away'), CRUN_LEAVES_CGROUP],
  },
  {
    title: 'The cgroup holds processes already',
    provoke: async (box) => {
      await box.running()
      return box.call(['create', '--bundle', box.bundleDir, `${box.name}-second`])
    },
    keeps: true,
    says: ['holds processes', 'cgroupsPath'],
    but: [races('runc', 'warns, and shares the cgroup, until 1.2'), races('crun', 'shares the cgroup')],
    quoted: !unifiedCgroups,
  },
  {
    title: 'The cgroup file system is read-only',
    provoke: (box) => {
      box.configure()
      const script =
        'for at in $(cut -d" " -f5 /proc/self/mountinfo | grep ^/sys/fs/cgroup); do mount -o remount,bind,ro "$at"; done; exec "$@"'
      return box.program(['unshare', '--mount', 'sh', '-c', script, 'sh', ...box.runArgv()])
    },
    says: ['the cgroup "/sys/fs/cgroup', 'read-only file system', 'remount,rw'],
    but: [races('crun', 'is started in a mount namespace that hides hierarchies')],
    quoted: !unifiedCgroups,
  },
  {
    title: 'No cgroup is mounted',
    provoke: (box) => {
      box.configure({ mounts: DEFAULT_MOUNTS })
      return box.program([
        'unshare',
        '--mount',
        'sh',
        '-c',
        'umount -R -l /sys/fs/cgroup; exec "$@"',
        'sh',
        ...box.runArgv(),
      ])
    },
    says: ['no cgroup file system is mounted', 'mount -t cgroup2'],
    but: [races('crun', 'is started in a mount namespace that hides hierarchies')],
  },
]

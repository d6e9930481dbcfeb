// The config of a throw-away container: the strictest one that a shell is still of use in.

import type { TryOptions } from './try.ts'

const CAPABILITIES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
]

/** Bytes: enough for a compiler, too little to hurt the host. */
const MEMORY = 1 << 30
const PROCESSES = 1024

const hidden = ['nosuid', 'nodev', 'noexec']

const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc', options: hidden },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...hidden, 'mode=1777', 'size=65536k'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: hidden },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...hidden, 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...hidden, 'ro'] },
  { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=755'] },
  { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
]

/** Gives the config as an object to be written as JSON. */
export function tryConfig({ args, env, terminal }: Pick<TryOptions, 'args' | 'env' | 'terminal'>) {
  return {
    ociVersion: '1.3.0',
    process: {
      terminal,
      user: { uid: 0, gid: 0 },
      args,
      env,
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: true,
    },
    root: { path: '/' },
    hostname: 'bunc',
    mounts: MOUNTS,
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      resources: {
        memory: { limit: MEMORY },
        pids: { limit: PROCESSES },
        devices: [{ allow: false, access: 'rwm' }],
      },
      maskedPaths: [
        '/proc/acpi',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/sys/firmware',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  }
}

// The config.json that `spec` writes: the one to begin with, as the other runtimes write it.

const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']

const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/sys/firmware',
  '/proc/scsi',
]

const READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

const mount = (destination: string, type: string, source: string, options?: readonly string[]) =>
  options === undefined ? { destination, type, source } : { destination, type, source, options }

const MOUNTS = [
  mount('/proc', 'proc', 'proc'),
  mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
  mount('/dev/pts', 'devpts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
  mount('/dev/shm', 'tmpfs', 'shm', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']),
  mount('/dev/mqueue', 'mqueue', 'mqueue', ['nosuid', 'noexec', 'nodev']),
  mount('/sys', 'sysfs', 'sysfs', ['nosuid', 'noexec', 'nodev', 'ro']),
  mount('/sys/fs/cgroup', 'cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'relatime', 'ro']),
]

/** Without privileges: no group 5, the host's /sys, and whatever cgroups there are. */
function rootlessMounts() {
  return MOUNTS.flatMap((row) => {
    if (row.destination === '/sys') return [mount('/sys', 'none', '/sys', ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'])]
    if (row.destination === '/sys/fs/cgroup') return []
    return [{ ...row, ...(row.options === undefined ? {} : { options: row.options.filter((o) => o !== 'gid=5') }) }]
  })
}

/** Gives the config as an object to be written as JSON; `rootless` is the user who will run it without privileges. */
export function defaultSpec(rootless?: { readonly uid: number; readonly gid: number }) {
  const namespaces = ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }))
  const mapped = (hostID: number) => [{ containerID: 0, hostID, size: 1 }]
  const forUser = rootless && {
    uidMappings: mapped(rootless.uid),
    gidMappings: mapped(rootless.gid),
    namespaces: [...namespaces.filter(({ type }) => type !== 'network'), { type: 'user' }],
  }
  return {
    ociVersion: '1.3.0',
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'bunc',
    mounts: rootless ? rootlessMounts() : MOUNTS,
    linux: {
      ...(rootless ? {} : { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      namespaces,
      ...forUser,
      maskedPaths: MASKED,
      readonlyPaths: READONLY,
    },
  }
}

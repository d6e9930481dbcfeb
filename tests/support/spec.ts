// The config.json that a test starts from, and how a test changes it.
//
// The types are the tests' own, written from the specification and not from the schemas under test: a field that the
// schemas misspell must be misspelt twice to go unnoticed. `null` takes a key out of the default.

export interface Mount {
  readonly destination: string
  readonly type?: string
  readonly source?: string
  readonly options?: readonly string[]
  readonly uidMappings?: readonly IdMapping[]
  readonly gidMappings?: readonly IdMapping[]
}

export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

export interface Capabilities {
  readonly bounding?: readonly string[]
  readonly effective?: readonly string[]
  readonly permitted?: readonly string[]
  readonly inheritable?: readonly string[]
  readonly ambient?: readonly string[]
}

export interface Hook {
  readonly path: string
  readonly args?: readonly string[]
  readonly env?: readonly string[]
  readonly timeout?: number
}

export type HookPoint = 'prestart' | 'createRuntime' | 'createContainer' | 'startContainer' | 'poststart' | 'poststop'

export interface Process {
  readonly terminal?: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user?: {
    readonly uid: number
    readonly gid: number
    readonly umask?: number
    readonly additionalGids?: readonly number[]
  }
  readonly args?: readonly string[] | null
  readonly env?: readonly string[]
  readonly cwd?: string | null
  readonly capabilities?: Capabilities | null
  readonly rlimits?: readonly { readonly type: string; readonly soft: number; readonly hard: number }[] | null
  readonly noNewPrivileges?: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj?: number
  readonly scheduler?: Readonly<Record<string, unknown>>
  readonly ioPriority?: { readonly class: string; readonly priority?: number }
  readonly execCPUAffinity?: { readonly initial?: string; readonly final?: string }
  readonly selinuxLabel?: string
}

export interface Namespace {
  readonly type: string
  readonly path?: string
}

export interface SeccompRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly {
    readonly index: number
    readonly value: number
    readonly valueTwo?: number
    readonly op: string
  }[]
}

export interface Linux {
  readonly namespaces?: readonly Namespace[]
  readonly uidMappings?: readonly IdMapping[]
  readonly gidMappings?: readonly IdMapping[]
  readonly timeOffsets?: Readonly<Record<string, { readonly secs?: number; readonly nanosecs?: number }>>
  readonly devices?: readonly Record<string, string | number>[]
  readonly netDevices?: Readonly<Record<string, { readonly name?: string }>>
  readonly cgroupsPath?: string | null
  readonly resources?: Readonly<Record<string, unknown>> | null
  readonly rootfsPropagation?: string
  readonly maskedPaths?: readonly string[]
  readonly readonlyPaths?: readonly string[]
  readonly intelRdt?: Readonly<Record<string, unknown>>
  readonly personality?: { readonly domain: string; readonly flags?: readonly string[] }
  readonly memoryPolicy?: { readonly mode: string; readonly nodes?: string; readonly flags?: readonly string[] }
  readonly mountLabel?: string
  readonly sysctl?: Readonly<Record<string, string>>
  readonly seccomp?: {
    readonly defaultAction: string
    readonly defaultErrnoRet?: number
    readonly architectures?: readonly string[]
    readonly flags?: readonly string[]
    readonly listenerPath?: string
    readonly listenerMetadata?: string
    readonly syscalls?: readonly SeccompRule[]
  }
}

/** What a test says of its config.json; the rest comes from `defaultSpec`. */
export interface Spec {
  readonly ociVersion?: string | null
  readonly process?: Process | null
  readonly root?: { readonly path?: string; readonly readonly?: boolean } | null
  readonly hostname?: string | null
  readonly domainname?: string
  readonly mounts?: readonly Mount[]
  readonly hooks?: Partial<Record<HookPoint, readonly Hook[]>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly linux?: Linux | null
}

export const DEFAULT_CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'] as const

export const DEFAULT_NAMESPACES: readonly Namespace[] = ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({
  type,
}))

/** The mounts of `defaultSpec`, to be named again by a test that adds one of its own. */
export const DEFAULT_MOUNTS: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc' },
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
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
]

/** The container that every test gets unless it says otherwise; `name` becomes its cgroup. */
export function defaultSpec(name: string): Spec {
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['true'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: {
        bounding: DEFAULT_CAPABILITIES,
        effective: DEFAULT_CAPABILITIES,
        permitted: DEFAULT_CAPABILITIES,
      },
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: 'bunc-test',
    mounts: DEFAULT_MOUNTS,
    linux: {
      cgroupsPath: `/${name}`,
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: DEFAULT_NAMESPACES,
      maskedPaths: ['/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  }
}

/** `base` with `change` laid over it: objects key by key, everything else replaced, `null` taken out. */
export function merge(base: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change
  const merged: Record<string, unknown> = isRecord(base) ? { ...base } : {}
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key]
    else merged[key] = merge(merged[key], value)
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

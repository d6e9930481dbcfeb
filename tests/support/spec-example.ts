/**
 * A config.json that uses every part of the specification that the full example of config.md shows, with values like its
 * own. Where the two differ the specification's text decided: this one obeys all of its rules.
 */

const MAPPING = [{ containerID: 0, hostID: 1000, size: 32000 }]

const HOOK = { path: '/usr/bin/fix-mounts', args: ['fix-mounts', 'arg1', 'arg2'], env: ['key1=value1'] }

const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']

export const SPEC_EXAMPLE = {
  ociVersion: '1.3.0',
  process: {
    terminal: true,
    consoleSize: { height: 25, width: 80 },
    user: { uid: 1, gid: 1, umask: 63, additionalGids: [5, 6] },
    args: ['sh'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
    cwd: '/',
    capabilities: {
      bounding: CAPABILITIES,
      permitted: CAPABILITIES,
      inheritable: CAPABILITIES,
      effective: ['CAP_AUDIT_WRITE', 'CAP_KILL'],
      ambient: ['CAP_NET_BIND_SERVICE'],
    },
    rlimits: [
      { type: 'RLIMIT_CORE', hard: 1024, soft: 1024 },
      { type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 },
    ],
    apparmorProfile: 'acme_secure_profile',
    oomScoreAdj: 100,
    selinuxLabel: 'system_u:system_r:svirt_lxc_net_t:s0:c124,c675',
    ioPriority: { class: 'IOPRIO_CLASS_IDLE', priority: 4 },
    noNewPrivileges: true,
    execCPUAffinity: { initial: '7', final: '0-3,7' },
  },
  root: { path: 'rootfs', readonly: true },
  hostname: 'slartibartfast',
  domainname: 'foobarbaz.test',
  mounts: [
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
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
    {
      destination: '/data',
      type: 'none',
      source: '/volumes/testing',
      options: ['rbind', 'rw', 'ridmap'],
      uidMappings: MAPPING,
      gidMappings: MAPPING,
    },
  ],
  hooks: {
    prestart: [HOOK, { path: '/usr/bin/setup-network' }],
    createRuntime: [HOOK],
    createContainer: [{ path: '/usr/bin/mount-hook', args: ['-mount', 'arg1'], env: ['key1=value1'] }],
    startContainer: [{ path: '/usr/bin/refresh-ldcache' }],
    poststart: [{ path: '/usr/bin/notify-start', timeout: 5 }],
    poststop: [{ path: '/usr/sbin/cleanup.sh', args: ['cleanup.sh', '-f'] }],
  },
  linux: {
    devices: [
      { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 438, uid: 0, gid: 0 },
      { path: '/dev/sda', type: 'b', major: 8, minor: 0, fileMode: 432, uid: 0, gid: 0 },
    ],
    netDevices: { eth0: { name: 'container_eth0' } },
    uidMappings: MAPPING,
    gidMappings: MAPPING,
    sysctl: { 'net.ipv4.ip_forward': '1', 'net.core.somaxconn': '256' },
    cgroupsPath: '/myRuntime/myContainer',
    resources: {
      network: {
        classID: 1048577,
        priorities: [
          { name: 'eth0', priority: 500 },
          { name: 'eth1', priority: 1000 },
        ],
      },
      pids: { limit: 32771 },
      hugepageLimits: [{ pageSize: '2MB', limit: 9223372036854772000 }],
      memory: {
        limit: 536870912,
        reservation: 536870912,
        swap: 536870912,
        kernel: -1,
        kernelTCP: -1,
        swappiness: 0,
        disableOOMKiller: false,
      },
      cpu: {
        shares: 1024,
        quota: 1000000,
        burst: 1000000,
        period: 500000,
        realtimeRuntime: 950000,
        realtimePeriod: 1000000,
        cpus: '2-3',
        mems: '0-7',
        idle: 0,
      },
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
        { allow: true, type: 'b', major: 8, minor: 0, access: 'r' },
      ],
      blockIO: {
        weight: 10,
        leafWeight: 10,
        weightDevice: [
          { major: 8, minor: 0, weight: 500, leafWeight: 300 },
          { major: 8, minor: 16, weight: 500 },
        ],
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 600 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 300 }],
      },
      rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, rxe3: { hcaObjects: 10000 } },
      unified: { 'io.max': '259:0 rbps=2097152 wiops=120', 'hugetlb.1GB.max': '1073741824' },
    },
    rootfsPropagation: 'slave',
    timeOffsets: { monotonic: { secs: 172800, nanosecs: 0 }, boottime: { secs: 604800, nanosecs: 0 } },
    seccomp: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      listenerPath: '/run/agent.sock',
      listenerMetadata: 'opaque',
      syscalls: [
        { names: ['getcwd', 'chmod'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
        {
          names: ['personality'],
          action: 'SCMP_ACT_NOTIFY',
          args: [{ index: 0, value: 2080505856, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    },
    namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'user', 'cgroup', 'time'].map((type) => ({ type })),
    maskedPaths: ['/proc/kcore', '/proc/latency_stats', '/proc/timer_stats', '/proc/sched_debug'],
    readonlyPaths: ['/proc/asound', '/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    mountLabel: 'system_u:object_r:svirt_sandbox_file_t:s0:c715,c811',
    intelRdt: { closID: 'guaranteed_group', schemata: ['L3:0=7f0;1=1f', 'MB:0=20;1=70'], enableMonitoring: true },
    memoryPolicy: { mode: 'MPOL_INTERLEAVE', nodes: '2-3', flags: ['MPOL_F_STATIC_NODES'] },
    personality: { domain: 'LINUX' },
  },
  annotations: { key1: 'value1', key2: 'value2' },
} as const

/** Every kind of value that the schemas refuse, each alone, with the path and the words that a user sees. */

import { describe, expect, test } from 'bun:test'
import { read } from '#src/config/read.ts'
import { configSchema } from '#src/config/schema/config.ts'
import { complaints, configText, type Change } from '#tests/support/config-text.ts'

const MOUNT = { destination: '/a' }
const SECCOMP = { defaultAction: 'SCMP_ACT_ALLOW' }

const REFUSED: readonly (readonly [change: Change, complaint: string])[] = [
  [{ ociVersion: undefined }, 'ociVersion: is missing'],
  [{ ociVersion: 1 }, 'ociVersion: 1 is not a string'],
  [{ ociVersion: null }, 'ociVersion: is missing'],
  [{ root: undefined }, 'root: is missing'],
  [{ root: 'rootfs' }, 'root: "rootfs" is not an object'],
  [{ root: {} }, 'root.path: is missing'],
  [{ root: [] }, 'root: a list is not an object'],
  [{ 'root.readonly': 'yes' }, 'root.readonly: "yes" is not true or false'],
  [{ hostname: ['a'] }, 'hostname: a list is not a string'],
  [{ mounts: {} }, 'mounts: an object is not a list'],
  [{ mounts: [7] }, 'mounts[0]: 7 is not an object'],
  [{ mounts: [null] }, 'mounts[0]: null is not an object'],
  [{ mounts: [{}] }, 'mounts[0].destination: is missing'],
  [{ mounts: [MOUNT, MOUNT, MOUNT, { ...MOUNT, type: 7 }] }, 'mounts[3].type: 7 is not a string'],
  [{ mounts: [{ ...MOUNT, options: 'ro' }] }, 'mounts[0].options: "ro" is not a list'],
  [{ mounts: [{ ...MOUNT, options: ['ro', 4, 'rw'] }] }, 'mounts[0].options[1]: 4 is not a string'],
  [{ mounts: [{ ...MOUNT, options: ['ro', null] }] }, 'mounts[0].options[1]: null is not a string'],
  [
    { mounts: [{ ...MOUNT, uidMappings: [{ containerID: 0, hostID: 1 }] }] },
    'mounts[0].uidMappings[0].size: is missing',
  ],
  [{ annotations: { 'com.example.a': 1 } }, 'annotations["com.example.a"]: 1 is not a string'],
  [{ annotations: [] }, 'annotations: a list is not an object'],
  [{ process: true }, 'process: true is not an object'],
  [{ 'process.cwd': undefined }, 'process.cwd: is missing'],
  [{ 'process.args': 'sh' }, 'process.args: "sh" is not a list'],
  [{ 'process.args': ['sh', { a: 1 }] }, 'process.args[1]: an object is not a string'],
  [{ 'process.terminal': 0 }, 'process.terminal: 0 is not true or false'],
  [{ 'process.consoleSize': { height: 24 } }, 'process.consoleSize.width: is missing'],
  [
    { 'process.consoleSize': { height: 24, width: -1 } },
    'process.consoleSize.width: -1 is not an integer from 0 to 4294967295',
  ],
  [{ 'process.user.uid': -1 }, 'process.user.uid: -1 is not an integer from 0 to 4294967295'],
  [{ 'process.user.uid': '0' }, 'process.user.uid: "0" is not an integer from 0 to 4294967295'],
  [{ 'process.user.gid': 4294967296 }, 'process.user.gid: 4294967296 is not an integer from 0 to 4294967295'],
  [
    { 'process.user.additionalGids': [1, 2.5] },
    'process.user.additionalGids[1]: 2.5 is not an integer from 0 to 4294967295',
  ],
  [{ 'process.user.umask': 512 }, 'process.user.umask: 512 is not an integer from 0 to 511'],
  [{ 'process.capabilities': ['CAP_KILL'] }, 'process.capabilities: a list is not an object'],
  [{ 'process.capabilities.bounding': [1] }, 'process.capabilities.bounding[0]: 1 is not a string'],
  [
    { 'process.rlimits[0]': { type: 'RLIMIT_NOFILES', soft: 1, hard: 1 } },
    'process.rlimits[0].type: "RLIMIT_NOFILES" is not a resource limit (did you mean "RLIMIT_NOFILE"?)',
  ],
  [
    { 'process.rlimits[0]': { type: 'RLIMIT_CPU', soft: -1, hard: 1 } },
    'process.rlimits[0].soft: -1 is not an integer from 0 to 18446744073709551615',
  ],
  [{ 'process.oomScoreAdj': 1001 }, 'process.oomScoreAdj: 1001 is not an integer from -1000 to 1000'],
  [{ 'process.scheduler.policy': 'SCHED_FAIR' }, 'process.scheduler.policy: "SCHED_FAIR" is not a scheduler policy'],
  [
    { 'process.scheduler': { policy: 'SCHED_RR', flags: ['SCHED_FLAG_RECLAIMS'] } },
    'process.scheduler.flags[0]: "SCHED_FLAG_RECLAIMS" is not a scheduler flag (did you mean "SCHED_FLAG_RECLAIM"?)',
  ],
  [
    { 'process.ioPriority.class': 'IOPRIO_CLASS_BEE' },
    'process.ioPriority.class: "IOPRIO_CLASS_BEE" is not an I/O priority class (did you mean "IOPRIO_CLASS_BE"?)',
  ],
  [
    { 'process.ioPriority': { class: 'IOPRIO_CLASS_BE', priority: 8 } },
    'process.ioPriority.priority: 8 is not an integer from 0 to 7',
  ],
  [{ 'process.execCPUAffinity.initial': 3 }, 'process.execCPUAffinity.initial: 3 is not a string'],
  [{ hooks: [] }, 'hooks: a list is not an object'],
  [{ 'hooks.prestart': {} }, 'hooks.prestart: an object is not a list'],
  [{ 'hooks.poststop[0]': { args: [] } }, 'hooks.poststop[0].path: is missing'],
  [
    { 'hooks.poststop[0]': { path: '/a', timeout: 0 } },
    'hooks.poststop[0].timeout: 0 is not an integer from 1 to 2147483647',
  ],
  [{ 'linux.namespaces[0]': {} }, 'linux.namespaces[0].type: is missing'],
  [
    { 'linux.namespaces[0].type': 'usr' },
    'linux.namespaces[0].type: "usr" is not a namespace type (did you mean "user"?)',
  ],
  [
    { 'linux.uidMappings[0]': { containerID: 0, hostID: 0, size: -5 } },
    'linux.uidMappings[0].size: -5 is not an integer from 0 to 4294967295',
  ],
  [{ 'linux.timeOffsets.realtime': {} }, 'linux.timeOffsets.realtime: "realtime" is not a clock of a time namespace'],
  [
    { 'linux.timeOffsets.boottime.nanosecs': 1e9 },
    'linux.timeOffsets.boottime.nanosecs: 1000000000 is not an integer from 0 to 999999999',
  ],
  [{ 'linux.devices[0]': { type: 'x', path: '/dev/x' } }, 'linux.devices[0].type: "x" is not a device type'],
  [{ 'linux.devices[0]': { path: '/dev/x' } }, 'linux.devices[0].type: is missing'],
  [{ 'linux.devices[0]': 'null' }, 'linux.devices[0]: "null" is not an object'],
  [{ 'linux.devices[0]': { type: 'c', path: '/dev/x', minor: 0 } }, 'linux.devices[0].major: is missing'],
  [
    { 'linux.devices[0]': { type: 'b', path: '/dev/x', major: 4096, minor: 0 } },
    'linux.devices[0].major: 4096 is not an integer from 0 to 4095',
  ],
  [{ 'linux.netDevices.eth0': 'eth1' }, 'linux.netDevices.eth0: "eth1" is not an object'],
  [{ 'linux.cgroupsPath': 5 }, 'linux.cgroupsPath: 5 is not a string'],
  [{ 'linux.sysctl["net.ipv4.ip_forward"]': 1 }, 'linux.sysctl["net.ipv4.ip_forward"]: 1 is not a string'],
  [
    { 'linux.rootfsPropagation': 'rslav' },
    'linux.rootfsPropagation: "rslav" is not a mount propagation (did you mean "rslave"?)',
  ],
  [{ 'linux.maskedPaths': ['/a', 1] }, 'linux.maskedPaths[1]: 1 is not a string'],
  [{ 'linux.resources.devices[0]': { access: 'r' } }, 'linux.resources.devices[0].allow: is missing'],
  [
    { 'linux.resources.devices[0]': { allow: true, type: 'p' } },
    'linux.resources.devices[0].type: "p" is not a type of a device rule',
  ],
  [
    { 'linux.resources.memory.limit': '1G' },
    'linux.resources.memory.limit: "1G" is not an integer from -1 to 9223372036854775807',
  ],
  [
    { 'linux.resources.memory.limit': 0.5 },
    'linux.resources.memory.limit: 0.5 is not an integer from -1 to 9223372036854775807',
  ],
  [
    { 'linux.resources.memory.swappiness': 101 },
    'linux.resources.memory.swappiness: 101 is not an integer from 0 to 100',
  ],
  [{ 'linux.resources.cpu.idle': 2 }, 'linux.resources.cpu.idle: 2 is not an integer from 0 to 1'],
  [{ 'linux.resources.cpu': [] }, 'linux.resources.cpu: a list is not an object'],
  [{ 'linux.resources.cpu.cpus': 3 }, 'linux.resources.cpu.cpus: 3 is not a string'],
  [
    { 'linux.resources.blockIO.weight': 65536 },
    'linux.resources.blockIO.weight: 65536 is not an integer from 0 to 65535',
  ],
  [
    { 'linux.resources.blockIO.throttleReadBpsDevice[0]': { major: 8, minor: 0 } },
    'linux.resources.blockIO.throttleReadBpsDevice[0].rate: is missing',
  ],
  [{ 'linux.resources.hugepageLimits[0]': { limit: 1 } }, 'linux.resources.hugepageLimits[0].pageSize: is missing'],
  [
    { 'linux.resources.rdma.mlx5.hcaHandles': -1 },
    'linux.resources.rdma.mlx5.hcaHandles: -1 is not an integer from 0 to 4294967295',
  ],
  [{ 'linux.resources.unified["io.max"]': 7 }, 'linux.resources.unified["io.max"]: 7 is not a string'],
  [{ 'linux.seccomp': {} }, 'linux.seccomp.defaultAction: is missing'],
  [
    { 'linux.seccomp.defaultAction': 'SCMP_ACT_ALOW' },
    'linux.seccomp.defaultAction: "SCMP_ACT_ALOW" is not a seccomp action (did you mean "SCMP_ACT_ALLOW"?)',
  ],
  [
    { 'linux.seccomp': { ...SECCOMP, architectures: ['SCMP_ARCH_X86_63'] } },
    'linux.seccomp.architectures[0]: "SCMP_ARCH_X86_63" is not a seccomp architecture (did you mean "SCMP_ARCH_X86_64"?)',
  ],
  [
    { 'linux.seccomp': { ...SECCOMP, flags: ['SECCOMP_FILTER_FLAG_NEW_LISTENER'] } },
    'linux.seccomp.flags[0]: "SECCOMP_FILTER_FLAG_NEW_LISTENER" is not a seccomp flag',
  ],
  [
    { 'linux.seccomp': { ...SECCOMP, syscalls: [{ names: ['read', 5], action: 'SCMP_ACT_LOG' }] } },
    'linux.seccomp.syscalls[0].names[1]: 5 is not a string',
  ],
  [
    {
      'linux.seccomp': SECCOMP,
      'linux.seccomp.syscalls[0]': {
        names: ['a'],
        action: 'SCMP_ACT_LOG',
        args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }],
      },
    },
    'linux.seccomp.syscalls[0].args[0].index: 6 is not an integer from 0 to 5',
  ],
  [
    {
      'linux.seccomp': SECCOMP,
      'linux.seccomp.syscalls[0]': { names: ['a'], action: 'SCMP_ACT_LOG', args: [{ index: 0, value: 0, op: '==' }] },
    },
    'linux.seccomp.syscalls[0].args[0].op: "==" is not a seccomp operator',
  ],
  [{ 'linux.intelRdt.schemata': 'L3:0=f' }, 'linux.intelRdt.schemata: "L3:0=f" is not a list'],
  [
    { 'linux.memoryPolicy.mode': 'MPOL_BINDS' },
    'linux.memoryPolicy.mode: "MPOL_BINDS" is not a memory policy mode (did you mean "MPOL_BIND"?)',
  ],
  [{ 'linux.personality': {} }, 'linux.personality.domain: is missing'],
  [
    { 'linux.personality.domain': 'LINUX64' },
    'linux.personality.domain: "LINUX64" is not a personality domain (did you mean "LINUX"?)',
  ],
]

describe('the schema of config.json', () => {
  const schemaAlone = { schema: configSchema, rules: [], harmless: new Map() }
  for (const [change, complaint] of REFUSED)
    test(`says: ${complaint}`, () => {
      expect(complaints(() => read(configText(change), 'config.json', schemaAlone))).toEqual([complaint])
    })
})

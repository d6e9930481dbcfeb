// Profiles, labels, sysctls and devices that cannot be had.
import { existsSync } from 'node:fs'

import { races } from '#tests/support/container-test.ts'
import { DEFAULT_NAMESPACES, type Spec } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

const NO_APPARMOR = !existsSync('/sys/kernel/security/apparmor/profiles')
const NO_SELINUX = !existsSync('/sys/fs/selinux/enforce')

const filtered = (seccomp: NonNullable<NonNullable<Spec['linux']>['seccomp']>): Spec => ({ linux: { seccomp } })
const sysctl = (name: string, value: string): Spec => ({ linux: { sysctl: { [name]: value } } })

export const SECURITY_MISTAKES: readonly Mistake[] = [
  {
    title: 'An action of the seccomp profile is unknown',
    provoke: running(filtered({ defaultAction: 'SCMP_ACT_PERMIT' })),
    says: ['linux.seccomp.defaultAction: "SCMP_ACT_PERMIT"'],
  },
  {
    title: 'An architecture of the seccomp profile is unknown',
    provoke: running(filtered({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_AMD64'] })),
    says: ['linux.seccomp.architectures[0]: "SCMP_ARCH_AMD64"'],
  },
  {
    title: 'The seccomp profile refuses execve',
    provoke: running(
      filtered({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['execve', 'execveat'], action: 'SCMP_ACT_ERRNO' }],
      }),
    ),
    says: ['operation not permitted', 'a seccomp profile that refuses execve'],
  },
  {
    title: 'The seccomp profile kills the program',
    provoke: running(
      filtered({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['execve', 'execveat'], action: 'SCMP_ACT_KILL_PROCESS' }],
      }),
    ),
    code: 159,
    says: ['SIGSYS', 'the kernel log'],
  },
  {
    title: 'The agent of the seccomp profile is not there',
    provoke: running((box) =>
      filtered({
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: box.path('absent'),
        syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }],
      }),
    ),
    says: ['"seccompFd"', 'no such file or directory', 'linux.seccomp.listenerPath'],
  },
  {
    title: 'The AppArmor profile is not loaded',
    provoke: running({ process: { apparmorProfile: 'no-such-profile' } }),
    says: ['process.apparmorProfile "no-such-profile"'],
    quoted: NO_APPARMOR,
  },
  {
    title: 'An SELinux label is asked for where there is no SELinux',
    provoke: running({ process: { selinuxLabel: 'system_u:system_r:container_t:s0' } }),
    says: ['process.selinuxLabel', 'SELinux is not enabled'],
    quoted: NO_SELINUX,
  },
  {
    title: 'A sysctl belongs to the host',
    provoke: running(sysctl('vm.swappiness', '10')),
    says: ['linux.sysctl["vm.swappiness"]', 'would be set for the host'],
  },
  {
    title: 'A sysctl needs a namespace of its own',
    provoke: running({
      linux: {
        sysctl: { 'net.ipv4.ip_forward': '1' },
        namespaces: DEFAULT_NAMESPACES.filter(({ type }) => type !== 'network'),
      },
    }),
    says: ['linux.sysctl["net.ipv4.ip_forward"]: needs a namespace of type "network"'],
  },
  {
    title: 'A sysctl is not there',
    provoke: running(sysctl('net.ipv4.no_such_thing', '1')),
    says: ['linux.sysctl["net.ipv4.no_such_thing"]', 'no such file or directory', 'mind the spelling'],
  },
  {
    title: 'The value of a sysctl is not accepted',
    provoke: running(sysctl('net.ipv4.ip_forward', 'yes')),
    says: ['linux.sysctl["net.ipv4.ip_forward"] to "yes"', 'EINVAL', 'does not take this value'],
  },
  {
    title: 'A device has a wrong type',
    provoke: running({ linux: { devices: [{ path: '/dev/thing', type: 'x', major: 1, minor: 3 }] } }),
    says: ['linux.devices[0].type: "x"'],
    but: [races('crun', 'takes it for a character device')],
  },
  {
    title: 'A device stands where a directory is',
    provoke: running({ linux: { devices: [{ path: '/etc', type: 'c', major: 1, minor: 3 }] } }),
    says: ['linux.devices[0], "/etc"', 'file exists', 'something else has this path'],
    but: [races('runc', 'leaves the device out without a word'), races('crun', 'leaves the device out without a word')],
  },
  {
    title: 'A device of the host is not there',
    provoke: running({
      linux: {
        devices: [{ path: '/dev/no-such-device', type: 'c', major: 10, minor: 254 }],
        namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }],
        uidMappings: [{ containerID: 0, hostID: 300_000, size: 65_536 }],
        gidMappings: [{ containerID: 0, hostID: 300_000, size: 65_536 }],
      },
    }),
    says: ['linux.devices[0], "/dev/no-such-device"', 'no such file or directory', 'modprobe'],
    but: [races('crun', 'leaves an empty file in its place')],
  },
]

// What a test may need of the host, one row each: how to find out, and what a person reads and can do where it is not
// there. Every row is asked at most once in a process, and only when a test names it. See needs.ts for the use.

import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { PROGRAMS } from './packages.ts'
import { requestIn } from './snapshot-of.ts'

/** Something of the host that is there or not. */
export interface Requirement {
  /** True where the host has it. Must not change the host. */
  readonly met: () => boolean
  /** What is missing, and in brackets what would bring it; no square brackets. */
  readonly missing: string
}

/** Where the build is looked for; BUNC_TEST_BINARY names another one. */
export const BINARY = process.env['BUNC_TEST_BINARY'] ?? join(import.meta.dir, '../../dist/bunc')

/** The numbers of the system calls of x86-64. */
export const KERNEL_HEADER = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'

/** All that a test may name. */
export const REQUIREMENTS = {
  root: { met: () => process.getuid?.() === 0, missing: 'the user is not root (run the tests with sudo)' },
  bunc: { met: () => existsSync(BINARY), missing: 'dist/bunc is not built (npm run build)' },
  snapshot: {
    met: () => existsSync(BINARY) && requestIn(readFileSync(BINARY)) !== undefined && !isEmulated(),
    missing:
      'dist/bunc has no snapshot (npm run build takes one on x86-64 with glibc, where setarch is), or cannot wake here: ' +
      'in QEMU the processor is another, in user-mode Linux the addresses are taken',
  },
  runc: program('runc'),
  crun: program('crun'),
  docker: program('docker'),
  dockerd: program('dockerd'),
  containerd: program('containerd'),
  podman: program('podman'),
  criu: {
    met: () => succeeds(['criu', 'check'], 30_000),
    missing:
      '"criu check" fails (apt-get install criu; it takes a kernel with CHECKPOINT_RESTORE and all capabilities)',
  },
  newuidmap: program('newuidmap'),
  bash: program('bash'),
  zsh: program('zsh'),
  fish: program('fish'),
  groff: program('groff'),
  man: program('man'),
  readelf: program('readelf'),
  git: program('git'),
  'dpkg-deb': program('dpkg-deb'),
  lintian: program('lintian'),
  'npm-sbom': { met: () => succeeds(['npm', 'sbom', '--help']), missing: 'npm is older than 10, which has "npm sbom"' },
  strace: program('strace'),
  busybox: { met: hasStaticBusybox, missing: '/bin/busybox is not static (apt-get install busybox-static)' },
  cgroup1: { met: () => mounted('cgroup'), missing: 'no cgroup v1 hierarchy is mounted (such a host has v2 only)' },
  'cgroup2-mounted': { met: () => mounted('cgroup2'), missing: 'no cgroup v2 hierarchy is mounted' },
  cgroup2: {
    met: () => existsSync('/sys/fs/cgroup/cgroup.controllers'),
    missing: '/sys/fs/cgroup is not cgroup v2 (boot with systemd.unified_cgroup_hierarchy=1; tests/vm does)',
  },
  systemd: { met: () => existsSync('/run/systemd/system'), missing: 'systemd is not process 1 (tests/vm boots it)' },
  userns: {
    met: () => succeeds(['unshare', '--user', 'true']),
    missing:
      'user namespaces are refused (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)',
  },
  'kernel-headers': {
    met: () => existsSync(KERNEL_HEADER),
    missing: `${KERNEL_HEADER} is missing (apt-get install linux-libc-dev)`,
  },
  seccomp: {
    met: () => existsSync('/proc/sys/kernel/seccomp/actions_avail'),
    missing: 'the kernel has no seccomp (CONFIG_SECCOMP_FILTER)',
  },
  apparmor: {
    met: () => textOf('/sys/module/apparmor/parameters/enabled') === 'Y' && Bun.which('apparmor_parser') !== null,
    missing: 'AppArmor is not enabled (kernel parameter apparmor=1, apt-get install apparmor)',
  },
  selinux: { met: () => existsSync('/sys/fs/selinux/enforce'), missing: 'SELinux is not enabled' },
  kvm: { met: () => canWrite('/dev/kvm'), missing: '/dev/kvm cannot be opened (enable virtualisation)' },
  vm: {
    met: () => process.getuid?.() === 0 && Bun.which('mmdebstrap') !== null,
    missing: 'machine images cannot be built (as root: apt-get install mmdebstrap)',
  },
  mmdebstrap: program('mmdebstrap'),
  mke2fs: program('mke2fs'),
  depmod: program('depmod'),
  strip: program('strip'),
  xz: program('xz'),
  'qemu-system-x86_64': program('qemu-system-x86_64'),
  'qemu-system-aarch64': program('qemu-system-aarch64'),
} as const satisfies Readonly<Record<string, Requirement>>

/** The name of a row. */
export type RequirementName = keyof typeof REQUIREMENTS

/** Only a program that `npm test` can install. */
function program(name: keyof typeof PROGRAMS): Requirement {
  const packages = PROGRAMS[name].packages.join(' or ')
  return { met: () => Bun.which(name) !== null, missing: `${name} is not installed (apt-get install ${packages})` }
}

/** A root file system holds no dynamic loader, so the program that goes into it must name none. */
function hasStaticBusybox(): boolean {
  return existsSync('/bin/busybox') && !readFileSync('/bin/busybox').subarray(0, 4096).includes('/ld-')
}

/** A machine of tests/vm, whose processor is QEMU's or that of user-mode Linux. */
function isEmulated(): boolean {
  return /QEMU|User Mode Linux/.test(textOf('/proc/cpuinfo'))
}

function mounted(type: string): boolean {
  return textOf('/proc/self/mountinfo').includes(` - ${type} `)
}

function succeeds(argv: readonly string[], timeout = 5_000): boolean {
  return Bun.which(argv[0] ?? '') !== null && Bun.spawnSync([...argv], { timeout }).success
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    // ENOENT or EACCES: for a test they are the same.
    return false
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
}

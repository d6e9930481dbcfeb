// Table: the programs of the host that the tests drive, the suites that drive them, and the Debian packages that bring
// them, of which the first that the release knows is taken. No code.

/** Programs by name; `/bin/…` is a path that must exist. */
export const PROGRAMS = {
  busybox: {
    packages: ['busybox-static'],
    suites: ['container', 'kernels', 'attacks', 'faults', 'fuzz', 'load', 'engines', 'bench'],
  },
  strace: { packages: ['strace'], suites: ['bench'] },
  script: { packages: ['bsdutils'], suites: ['vm', 'release'] },
  unshare: { packages: ['util-linux'], suites: ['container', 'attacks', 'faults', 'fuzz', 'vm'] },
  runc: { packages: ['runc'], suites: ['container', 'load', 'engines', 'bench'] },
  crun: { packages: ['crun'], suites: ['container', 'load', 'engines', 'bench'] },
  criu: { packages: ['criu'], suites: ['container'] },
  ip: { packages: ['iproute2'], suites: ['container'] },
  newuidmap: { packages: ['uidmap'], suites: ['container', 'engines'] },
  objdump: { packages: ['binutils'], suites: ['unit'] },
  readelf: { packages: ['binutils'], suites: ['release'] },
  lintian: { packages: ['lintian'], suites: ['release'] },
  man: { packages: ['man-db'], suites: ['release'] },
  dockerd: { packages: ['docker.io'], suites: ['engines'] },
  docker: { packages: ['docker-cli', 'docker.io'], suites: ['engines'] },
  containerd: { packages: ['containerd'], suites: ['engines'] },
  iptables: { packages: ['iptables'], suites: ['engines'] },
  podman: { packages: ['podman'], suites: ['engines'] },
  mmdebstrap: { packages: ['mmdebstrap'], suites: ['vm', 'release'] },
  mke2fs: { packages: ['e2fsprogs'], suites: ['vm'] },
  depmod: { packages: ['kmod'], suites: ['vm'] },
  strip: { packages: ['binutils'], suites: ['vm'] },
  xz: { packages: ['xz-utils'], suites: ['vm'] },
  'qemu-system-x86_64': { packages: ['qemu-system-x86'], suites: ['vm'] },
  'qemu-system-aarch64': { packages: ['qemu-system-arm'], suites: ['vm'] },
} as const satisfies Readonly<Record<string, { packages: readonly string[]; suites: readonly string[] }>>

// Table: the programs of the host that the tests drive, the suites that drive them, and the Debian packages that bring
// them, of which the first that the release knows is taken. No code.

/** Programs by name. */
export const PROGRAMS = {
  busybox: {
    packages: ['busybox-static'],
    suites: ['container', 'kernels', 'attacks', 'faults', 'fuzz', 'load', 'engines', 'release', 'bench'],
  },
  strace: { packages: ['strace'], suites: ['bench'] },
  script: { packages: ['bsdutils'], suites: ['vm', 'release'] },
  unshare: { packages: ['util-linux'], suites: ['container', 'attacks', 'faults', 'fuzz', 'vm'] },
  runc: { packages: ['runc'], suites: ['container', 'load', 'engines', 'bench'] },
  crun: { packages: ['crun'], suites: ['container', 'load', 'engines', 'bench'] },
  criu: { packages: ['criu'], suites: ['container'] },
  ip: { packages: ['iproute2'], suites: ['container'] },
  newuidmap: { packages: ['uidmap'], suites: ['container', 'engines'] },
  apparmor_parser: { packages: ['apparmor'], suites: ['container'] },
  bash: { packages: ['bash'], suites: ['unit', 'container', 'release'] },
  zsh: { packages: ['zsh'], suites: ['unit', 'container'] },
  fish: { packages: ['fish'], suites: ['unit', 'container'] },
  groff: { packages: ['groff-base'], suites: ['unit'] },
  man: { packages: ['man-db'], suites: ['unit', 'container', 'release'] },
  // Debian's objdump knows the architectures of its own machine alone.
  'x86_64-linux-gnu-objdump': { packages: ['binutils-x86-64-linux-gnu'], suites: ['unit'] },
  'aarch64-linux-gnu-objdump': { packages: ['binutils-aarch64-linux-gnu'], suites: ['unit'] },
  readelf: { packages: ['binutils'], suites: ['unit', 'release'] },
  git: { packages: ['git'], suites: ['release'] },
  'dpkg-deb': { packages: ['dpkg'], suites: ['release'] },
  lintian: { packages: ['lintian'], suites: ['release'] },
  dockerd: { packages: ['docker.io'], suites: ['engines'] },
  docker: { packages: ['docker-cli', 'docker.io'], suites: ['engines'] },
  containerd: { packages: ['containerd'], suites: ['engines'] },
  iptables: { packages: ['iptables'], suites: ['engines'] },
  podman: { packages: ['podman'], suites: ['engines'] },
  mmdebstrap: { packages: ['mmdebstrap'], suites: ['vm', 'release', 'bench'] },
  mke2fs: { packages: ['e2fsprogs'], suites: ['vm', 'release'] },
  depmod: { packages: ['kmod'], suites: ['vm', 'release'] },
  strip: { packages: ['binutils'], suites: ['vm'] },
  xz: { packages: ['xz-utils'], suites: ['vm', 'release'] },
  'qemu-system-x86_64': { packages: ['qemu-system-x86'], suites: ['vm'] },
  'qemu-system-aarch64': { packages: ['qemu-system-arm'], suites: ['vm', 'release'] },
} as const satisfies Readonly<Record<string, { packages: readonly string[]; suites: readonly string[] }>>

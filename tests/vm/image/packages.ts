// Tables: what the images consist of, in the names of Debian packages, kernel modules and systemd units. The programs
// that the host needs stand in tests/support/packages.ts. No code.

/** The release that the roots and the emulated machines' kernels come from. */
export const SUITE = 'trixie'

/**
 * Where User-mode Linux comes from, best first: unstable has the newer kernel, in seccomp mode, twice as fast as the
 * ptrace mode of the stable one; unstable may also be broken on any given day.
 */
export const UML_SUITES = ['sid', SUITE] as const

/** Configured packages of the x86_64 root, over Debian's essential ones: engines, runtimes, and what the tests call. */
export const PACKAGES_X86_64 = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'dbus-user-session',
  'libpam-systemd',
  'docker.io',
  'docker-cli',
  'containerd',
  'podman',
  'uidmap',
  'passt',
  'slirp4netns',
  'runc',
  'crun',
  'criu',
  'apparmor',
  'busybox-static',
  'kmod',
  'iproute2',
  'procps',
  'strace',
  'libcap2-bin',
  'util-linux-extra',
  'libstdc++6',
] as const

/** Unpacked, never configured: that would take an ARM processor. */
export const PACKAGES_AARCH64 = ['base-files', 'base-passwd', 'busybox-static', 'libc6', 'libstdc++6', 'runc', 'crun']

/** What stands between QEMU's virtio devices and a mounted ext4 root, in loading order. Absent ones are built in. */
export const DISK_MODULES = [
  'virtio',
  'virtio_ring',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'virtio_blk',
  'virtio_console',
  'mbcache',
  'jbd2',
  'crc16',
  'ext4',
] as const

/** Everything that systemd starts in the machine; all else that Debian enables is taken away. */
export const SYSTEMD_WANTS = {
  'sysinit.target': ['dev-mqueue.mount', 'systemd-journald.service', 'systemd-tmpfiles-setup.service'],
  'local-fs.target': ['tmp.mount'],
  'sockets.target': ['dbus.socket', 'docker.socket', 'systemd-journald.socket', 'systemd-journald-dev-log.socket'],
  'multi-user.target': ['dbus.service', 'systemd-logind.service', 'systemd-user-sessions.service'],
} as const

// Mount options as config.md names them, and what each asks of the kernel: one row per option. What stands in no row is
// an option of the file system itself and is handed to it as it is.

import type { MountAttribute, Propagation } from '#ffi/calls/mount.ts'

/** `copy`: a source that is a link is made again; `source`, `target`: a link there is not followed. */
export type LinkHandling = 'copy' | 'source' | 'target'

/** What one option asks for. `recursive`: of all mounts below, too. */
export type OptionRow =
  | { readonly kind: 'set' | 'clear'; readonly attribute: MountAttribute; readonly recursive?: true }
  | { readonly kind: 'propagation'; readonly propagation: Propagation; readonly recursive?: true }
  | { readonly kind: 'bind'; readonly recursive: boolean }
  /** A flag of the superblock, by the name that fsconfig(2) knows; `off` is the one that takes it back. */
  | { readonly kind: 'superblock'; readonly key: string; readonly off?: true }
  /** Says what is the case anyway, or concerns only mount(8). */
  | { readonly kind: 'nothing' }
  /** The mount shows other owners than its source has. */
  | { readonly kind: 'idmap'; readonly recursive: boolean }
  /** What becomes of symbolic links; none of the specification, crun has them. */
  | { readonly kind: 'link'; readonly how: LinkHandling }
  /** Changes how the target is found or filled. */
  | { readonly kind: 'tmpcopyup' }

const set = (attribute: MountAttribute) => ({ kind: 'set', attribute }) as const
const clear = (attribute: MountAttribute) => ({ kind: 'clear', attribute }) as const
const setBelow = (attribute: MountAttribute) => ({ kind: 'set', attribute, recursive: true }) as const
const clearBelow = (attribute: MountAttribute) => ({ kind: 'clear', attribute, recursive: true }) as const
const propagate = (propagation: Propagation) => ({ kind: 'propagation', propagation }) as const
const propagateBelow = (propagation: Propagation) => ({ kind: 'propagation', propagation, recursive: true }) as const
const superblock = (key: string) => ({ kind: 'superblock', key }) as const
const notSuperblock = (key: string) => ({ kind: 'superblock', key, off: true }) as const

/** Every option of config.md, "Linux mount options", and crun's three about links. */
export const MOUNT_OPTIONS: { readonly [option: string]: OptionRow } = {
  async: notSuperblock('sync'),
  atime: clear('NOATIME'),
  bind: { kind: 'bind', recursive: false },
  'copy-symlink': { kind: 'link', how: 'copy' },
  defaults: { kind: 'nothing' },
  'dest-nofollow': { kind: 'link', how: 'target' },
  dev: clear('NODEV'),
  diratime: clear('NODIRATIME'),
  dirsync: superblock('dirsync'),
  exec: clear('NOEXEC'),
  idmap: { kind: 'idmap', recursive: false },
  // A file system that counts changes of its files does so unasked, and fsconfig(2) has no name for it.
  iversion: { kind: 'nothing' },
  lazytime: superblock('lazytime'),
  loud: { kind: 'nothing' },
  mand: superblock('mand'),
  noatime: set('NOATIME'),
  nodev: set('NODEV'),
  nodiratime: set('NODIRATIME'),
  noexec: set('NOEXEC'),
  noiversion: { kind: 'nothing' },
  nolazytime: notSuperblock('lazytime'),
  nomand: notSuperblock('mand'),
  norelatime: clear('NOATIME'),
  nostrictatime: clear('STRICTATIME'),
  nosuid: set('NOSUID'),
  nosymfollow: set('NOSYMFOLLOW'),
  private: propagate('PRIVATE'),
  rbind: { kind: 'bind', recursive: true },
  relatime: clear('NOATIME'),
  remount: { kind: 'nothing' },
  ro: set('RDONLY'),
  rprivate: propagateBelow('PRIVATE'),
  rshared: propagateBelow('SHARED'),
  rslave: propagateBelow('SLAVE'),
  runbindable: propagateBelow('UNBINDABLE'),
  rw: clear('RDONLY'),
  shared: propagate('SHARED'),
  silent: { kind: 'nothing' },
  slave: propagate('SLAVE'),
  'src-nofollow': { kind: 'link', how: 'source' },
  strictatime: set('STRICTATIME'),
  suid: clear('NOSUID'),
  symfollow: clear('NOSYMFOLLOW'),
  sync: superblock('sync'),
  tmpcopyup: { kind: 'tmpcopyup' },
  unbindable: propagate('UNBINDABLE'),
  ridmap: { kind: 'idmap', recursive: true },
  ratime: clearBelow('NOATIME'),
  rdev: clearBelow('NODEV'),
  rdiratime: clearBelow('NODIRATIME'),
  rexec: clearBelow('NOEXEC'),
  rnoatime: setBelow('NOATIME'),
  rnodev: setBelow('NODEV'),
  rnodiratime: setBelow('NODIRATIME'),
  rnoexec: setBelow('NOEXEC'),
  rnorelatime: clearBelow('NOATIME'),
  rnostrictatime: clearBelow('STRICTATIME'),
  rnosuid: setBelow('NOSUID'),
  rnosymfollow: setBelow('NOSYMFOLLOW'),
  rrelatime: clearBelow('NOATIME'),
  rro: setBelow('RDONLY'),
  rrw: clearBelow('RDONLY'),
  rstrictatime: setBelow('STRICTATIME'),
  rsuid: clearBelow('NOSUID'),
  rsymfollow: clearBelow('NOSYMFOLLOW'),
}

/** Names of all options that this build knows, for `features`. */
export function mountOptionNames(): string[] {
  return Object.keys(MOUNT_OPTIONS).sort()
}

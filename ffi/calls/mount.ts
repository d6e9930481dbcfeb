// Mounts, the new way: by descriptor (fsopen(2), fsmount(2), open_tree(2), move_mount(2), mount_setattr(2)), so that a
// target cannot be swapped between the check and the mount. mount(2) itself only for what has no other form.

import { hidden, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { type At, at, bits, constant, descriptor, nothing, oneOf, optionalText, orOf, ownedFd, text } from '../kinds.ts'
import { struct } from '../struct.ts'

/** Flags of open_tree(2) (5.2). CLOEXEC is always set. */
const OPEN_TREE = { CLONE: 1, RECURSIVE: 0x8000, SYMLINK_NOFOLLOW: 0x100, EMPTY_PATH: 0x1000 } as const
const OPEN_TREE_CLOEXEC = 0o2000000

/** open_tree(2): a detached copy of a mount (CLONE), or a handle on it. */
export const openTree = syscall<[dir: At, path: string, flags: readonly (keyof typeof OPEN_TREE)[]], Fd>(
  'open_tree',
  [at, text, bits(OPEN_TREE, OPEN_TREE_CLOEXEC)],
  ownedFd,
)

const MOVE_MOUNT_F_EMPTY_PATH = 0x4
const MOVE_MOUNT_EMPTY_PATHS = MOVE_MOUNT_F_EMPTY_PATH | 0x40

/** move_mount(2): attaches a detached mount on top of what `target` is open on. */
export const moveMount = syscall<[mount: Fd, target: Fd], void>(
  'move_mount',
  [
    descriptor,
    hidden((memory) => memory.text(''), '""'),
    descriptor,
    hidden((memory) => memory.text(''), '""'),
    constant(MOVE_MOUNT_EMPTY_PATHS, 'F_EMPTY_PATH|T_EMPTY_PATH'),
  ],
  nothing,
)

/** move_mount(2): attaches a detached mount on top of a name in a directory; a link in the last place is not followed. */
export const moveMountTo = syscall<[mount: Fd, dir: Fd, name: string], void>(
  'move_mount',
  [
    descriptor,
    hidden((memory) => memory.text(''), '""'),
    descriptor,
    text,
    constant(MOVE_MOUNT_F_EMPTY_PATH, 'F_EMPTY_PATH'),
  ],
  nothing,
)

/** fsopen(2): begins a new file system of a type. */
export const fsopen = syscall<[type: string], Fd>('fsopen', [text, constant(1, 'CLOEXEC')], ownedFd)

/** fspick(2): begins the reconfiguration of the file system that a directory is the root of. */
export const fspick = syscall<[mount: Fd], Fd>(
  'fspick',
  [descriptor, hidden((memory) => memory.text(''), '""'), constant(1 | 8, 'CLOEXEC|EMPTY_PATH')],
  ownedFd,
)

/** fsconfig(2): an option without a value. */
export const fsconfigFlag = syscall<[fs: Fd, key: string], void>(
  'fsconfig',
  [descriptor, constant(0, 'SET_FLAG'), text, constant(0), constant(0)],
  nothing,
)

/** fsconfig(2): an option with a value. */
export const fsconfigString = syscall<[fs: Fd, key: string, value: string], void>(
  'fsconfig',
  [descriptor, constant(1, 'SET_STRING'), text, text, constant(0)],
  nothing,
)

/** fsconfig(2): makes the file system that the options describe. */
export const fsconfigCreate = syscall<[fs: Fd], void>(
  'fsconfig',
  [descriptor, constant(6, 'CMD_CREATE'), constant(0), constant(0), constant(0)],
  nothing,
)

/** fsconfig(2): changes the file system that was picked. */
export const fsconfigReconfigure = syscall<[fs: Fd], void>(
  'fsconfig',
  [descriptor, constant(7, 'CMD_RECONFIGURE'), constant(0), constant(0), constant(0)],
  nothing,
)

/** Attributes of a mount, as fsmount(2) and mount_setattr(2) name them. NOATIME and STRICTATIME are values of one field. */
export const MOUNT_ATTR = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  NOSYMFOLLOW: 0x20_0000,
} as const
/** An attribute of a mount. */
export type MountAttribute = keyof typeof MOUNT_ATTR

/** fsmount(2): a detached mount of the file system that was created. */
export const fsmount = syscall<[fs: Fd, attributes: readonly MountAttribute[]], Fd>(
  'fsmount',
  [descriptor, constant(1, 'CLOEXEC'), bits(MOUNT_ATTR)],
  ownedFd,
)

const MOUNT_ATTRIBUTES = struct({ attr_set: 'u64', attr_clr: 'u64', propagation: 'u64', userns_fd: 'u64' })
const ATIME_FIELD = 0x70
const IDMAP = 0x10_0000

/** How mounts pass mounts on to their copies, as mount(2) calls it. */
export const PROPAGATION = { UNBINDABLE: 1 << 17, PRIVATE: 1 << 18, SLAVE: 1 << 19, SHARED: 1 << 20 } as const
/** A propagation by name. */
export type Propagation = keyof typeof PROPAGATION

/** What mount_setattr(2) changes. */
export interface MountChange {
  readonly set?: readonly MountAttribute[]
  readonly clear?: readonly MountAttribute[]
  readonly propagation?: Propagation
  /** A user namespace whose id mapping the mount gets. */
  readonly idmap?: Fd
}

/** mount_setattr(2) (5.12) of what `mount` is open on; recursive: of everything below it as well. */
export const mountSetattr = syscall<[mount: Fd, scope: 'this' | 'recursive', change: MountChange], void>(
  'mount_setattr',
  [
    descriptor,
    hidden((memory) => memory.text(''), '""'),
    oneOf({ this: 0x1000, recursive: 0x1000 | 0x8000 }),
    {
      encode: (change: MountChange, memory) => {
        const set = sum(change.set)
        const clear = sum(change.clear)
        // The time attributes are one field: to change one of them, all of it must be cleared.
        const atime = (set | clear) & ATIME_FIELD ? ATIME_FIELD : 0
        const structure = memory.structure(MOUNT_ATTRIBUTES, {
          attr_set: set | (change.idmap === undefined ? 0 : IDMAP),
          attr_clr: (clear & ~ATIME_FIELD) | atime,
          propagation: change.propagation === undefined ? 0 : PROPAGATION[change.propagation],
          userns_fd: change.idmap === undefined ? 0 : memory.descriptor(change.idmap),
        })
        return [structure, MOUNT_ATTRIBUTES.size]
      },
      show: (change: MountChange) =>
        [
          ...(change.set ?? []).map((name) => `+${name}`),
          ...(change.clear ?? []).map((name) => `-${name}`),
          ...(change.propagation === undefined ? [] : [change.propagation]),
          ...(change.idmap === undefined ? [] : [`IDMAP ${change.idmap}`]),
        ].join(' '),
    },
  ],
  nothing,
)

/** mount_setattr(2) of nothing: EINVAL (its structure is too small) from a kernel that has the call, ENOSYS otherwise. */
export const probeMountSetattr = syscall<[], void>(
  'mount_setattr',
  [constant(0), constant(0), constant(0), constant(0), constant(0)],
  nothing,
)

function sum(names: readonly MountAttribute[] | undefined): number {
  return names === undefined ? 0 : orOf(MOUNT_ATTR, names)
}

/** Flags of mount(2). */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  NOSYMFOLLOW: 256,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  SILENT: 32768,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
  ...PROPAGATION,
} as const

/** mount(2). */
export const mount = syscall<
  [
    source: string | undefined,
    target: string,
    type: string | undefined,
    flags: readonly (keyof typeof MS)[],
    data?: string,
  ],
  void
>('mount', [optionalText, text, optionalText, bits(MS), optionalText], nothing)

/** umount2(2). */
export const umount = syscall<[target: string, flags: readonly ('DETACH' | 'NOFOLLOW')[]], void>(
  'umount2',
  [text, bits({ DETACH: 2, NOFOLLOW: 8 })],
  nothing,
)

/** pivot_root(2) of the current directory onto itself: the old root ends up on top of it, to be unmounted there. */
export const pivotRootHere = syscall<[], void>(
  'pivot_root',
  [hidden((memory) => memory.text('.'), '"."'), hidden((memory) => memory.text('.'), '"."')],
  nothing,
)

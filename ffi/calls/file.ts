// Files and directories: openat(2), openat2(2), read(2), write(2), stat(2) and their relatives. Paths are relative to an
// open directory wherever the kernel allows it.

import { syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import {
  type At,
  at,
  bits,
  buffer,
  constant,
  data,
  decodeText,
  descriptor,
  filled,
  filledBytes,
  integer,
  nothing,
  number,
  octal,
  orOf,
  ownedFd,
  room,
  space,
  text,
} from '../kinds.ts'
import { hidden, type Kind } from '../call.ts'
import { MACHINE } from '../machine.ts'
import { struct } from '../struct.ts'

const ARM = MACHINE === 'arm64'

/** Flags of open(2). Every descriptor is CLOEXEC; the four that differ between the architectures say so. */
export const OPEN = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  SYNC: 0o4010000,
  DIRECTORY: ARM ? 0o40000 : 0o200000,
  NOFOLLOW: ARM ? 0o100000 : 0o400000,
  PATH: 0o10000000,
} as const
type OpenFlag = keyof typeof OPEN
const CLOEXEC = 0o2000000

const openFlags = bits(OPEN, CLOEXEC)

/** openat(2). */
export const openat = syscall<[dir: At, path: string, flags: readonly OpenFlag[], mode?: number], Fd>(
  'openat',
  [
    at,
    text,
    openFlags,
    {
      encode: (mode: number | undefined) => mode ?? 0,
      show: (mode: number | undefined) => (mode === undefined ? '' : octal.show(mode)),
    },
  ],
  ownedFd,
)

const RESOLVE = { NO_XDEV: 1, NO_MAGICLINKS: 2, NO_SYMLINKS: 4, BENEATH: 8, IN_ROOT: 0x10 } as const
const OPEN_HOW = struct({ flags: 'u64', mode: 'u64', resolve: 'u64' })

/** How openat2(2) opens a path and what it refuses to walk through. */
export interface OpenHow {
  readonly flags: readonly OpenFlag[]
  readonly mode?: number
  readonly resolve: readonly (keyof typeof RESOLVE)[]
}

/** openat2(2) (5.6). */
export const openat2 = syscall<[dir: At, path: string, how: OpenHow], Fd>(
  'openat2',
  [
    at,
    text,
    {
      encode: (how: OpenHow, memory) => [
        memory.structure(OPEN_HOW, {
          flags: orOf(OPEN, how.flags, CLOEXEC),
          mode: how.mode ?? 0,
          resolve: orOf(RESOLVE, how.resolve),
        }),
        OPEN_HOW.size,
      ],
      show: (how: OpenHow) => `{${how.flags.join('|')}, ${how.resolve.map((name) => `RESOLVE_${name}`).join('|')}}`,
    },
  ],
  ownedFd,
)

/** read(2): at most `size` bytes; none at the end of the file. */
export const read = syscall<[fd: Fd, size: number], Uint8Array>('read', [descriptor, buffer], filledBytes)

/** pread(2). */
export const pread = syscall<[fd: Fd, size: number, offset: number], Uint8Array>(
  'pread64',
  [descriptor, buffer, integer],
  filledBytes,
)

/** write(2): gives how many bytes were taken, which may be fewer than all. */
export const write = syscall<[fd: Fd, data: string | Uint8Array], number>('write', [descriptor, data], number)

/**
 * write(2) to a file that takes a value whole or not at all, such as those of procfs, sysfs and cgroupfs: it gives
 * nothing, so a batch can queue it.
 */
export const put = syscall<[fd: Fd, data: string | Uint8Array], void>('write', [descriptor, data], nothing)

/** lseek(2) from the start. */
export const seek = syscall<[fd: Fd, offset: number], number>('lseek', [descriptor, integer, constant(0)], number)

/** ftruncate(2). */
export const ftruncate = syscall<[fd: Fd, size: number], void>('ftruncate', [descriptor, integer], nothing)

const STAT_SIZE = MACHINE === 'arm64' ? 128 : 144

/** What stat(2) says of a file. Sizes in bytes. */
export interface Stat {
  readonly dev: bigint
  readonly ino: bigint
  readonly mode: number
  readonly type: FileType
  readonly uid: number
  readonly gid: number
  /** Of a device file: its own numbers. */
  readonly major: number
  readonly minor: number
  readonly size: number
  /** Links to the file. */
  readonly links: number
}

const FILE_TYPES = {
  0o010000: 'fifo',
  0o020000: 'char',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
} as const
/** What kind of file it is. */
export type FileType = (typeof FILE_TYPES)[keyof typeof FILE_TYPES] | 'unknown'

/** struct stat: x86-64 has nlink before mode, AArch64 after. */
function readStat(view: DataView): Stat {
  const [modeAt, uidAt, gidAt, linksAt] = ARM ? [16, 24, 28, 20] : [24, 28, 32, 16]
  const mode = view.getUint32(modeAt, true)
  const deviceAt = ARM ? 32 : 40
  // In two halves: bigints are slow until they are compiled.
  const [low, high] = [view.getUint32(deviceAt, true), view.getUint32(deviceAt + 4, true)]
  return {
    dev: view.getBigUint64(0, true),
    ino: view.getBigUint64(8, true),
    mode: mode & 0o7777,
    type: (FILE_TYPES as Readonly<Record<number, FileType>>)[mode & 0o170000] ?? 'unknown',
    uid: view.getUint32(uidAt, true),
    gid: view.getUint32(gidAt, true),
    major: (((low >>> 8) & 0xfff) | (high & 0xfffff000)) >>> 0,
    minor: ((low & 0xff) | ((low >>> 12) & 0xfff00) | (high << 20)) >>> 0,
    size: view.getUint32(48, true) + view.getInt32(52, true) * 2 ** 32,
    links: view.getUint32(linksAt, true),
  }
}

/** Takes the numbers of a device, gives them as mknod(2) takes them. */
export function device(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 2 ** 8 + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44
}

/** The number of a device as makedev(3) makes it, 0 for what is none. */
const deviceNumber: Kind<number> = {
  encode: (value) => value,
  show: (value) => (value === 0 ? '0' : `makedev(${majorOf(value)}, ${minorOf(value)})`),
}

// Division and not shifts: these numbers have more than 32 bits.
const majorOf = (value: number) => (Math.floor(value / 2 ** 8) & 0xfff) + Math.floor(value / 2 ** 44) * 2 ** 12
const minorOf = (value: number) => (value & 0xff) + (Math.floor(value / 2 ** 20) & 0xff_ffff) * 2 ** 8

const AT_FLAGS = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, SYMLINK_FOLLOW: 0x400, EMPTY_PATH: 0x1000 } as const
type AtFlag<F extends keyof typeof AT_FLAGS> = readonly F[]

/** fstat(2). */
export const fstat = syscall<[fd: Fd], Stat>('fstat', [descriptor, room(STAT_SIZE)], filled(readStat))

/** fstatat(2). */
export const fstatat = syscall<[dir: At, path: string, flags: AtFlag<'SYMLINK_NOFOLLOW'>], Stat>(
  'newfstatat',
  [at, text, room(STAT_SIZE), bits(AT_FLAGS)],
  filled(readStat),
)

const STATFS_SIZE = 120

/** What statfs(2) says of a file system: its magic number, and the flags of the mount (see MOUNT_FLAG of mount.ts). */
export interface FileSystem {
  readonly magic: number
  readonly flags: number
}

/** fstatfs(2). */
export const fstatfs = syscall<[fd: Fd], FileSystem>(
  'fstatfs',
  [descriptor, room(STATFS_SIZE)],
  filled((view) => ({ magic: view.getUint32(0, true), flags: view.getUint32(80, true) })),
)

/** Magic numbers of the file systems that bunc must recognise (include/uapi/linux/magic.h). */
export const MAGIC = {
  proc: 0x9fa0,
  sysfs: 0x62656572,
  tmpfs: 0x01021994,
  devpts: 0x1cd1,
  cgroup: 0x27e0eb,
  cgroup2: 0x63677270,
  ramfs: 0x858458f6,
} as const

const PATH_MAX = 4096

/** readlinkat(2): what a symbolic link says. With an empty path: the link that `dir` is itself open on (O_PATH). */
export const readlinkat = syscall<[dir: At, path: string], string>(
  'readlinkat',
  [at, text, space(PATH_MAX), constant(PATH_MAX)],
  {
    kind: 'value',
    decode: (raw, [view]) => (view === undefined ? '' : decodeText(new Uint8Array(view.buffer, view.byteOffset, raw))),
    show: (target) => JSON.stringify(target),
  },
)

/** mkdirat(2). */
export const mkdirat = syscall<[dir: At, path: string, mode: number], void>('mkdirat', [at, text, octal], nothing)

const FILE_MODE = { fifo: 0o010000, char: 0o020000, block: 0o060000, file: 0o100000 } as const

/** mknodat(2): a device, a fifo or an empty file; numbers of a device as `device` gives them. */
export const mknodat = syscall<
  [dir: At, path: string, file: { type: keyof typeof FILE_MODE; mode: number }, device: number],
  void
>(
  'mknodat',
  [
    at,
    text,
    {
      encode: (file: { type: keyof typeof FILE_MODE; mode: number }) => FILE_MODE[file.type] | file.mode,
      show: (file: { type: string; mode: number }) => `${file.type} ${octal.show(file.mode)}`,
    },
    deviceNumber,
  ],
  nothing,
)

/** symlinkat(2). */
export const symlinkat = syscall<[target: string, dir: At, path: string], void>('symlinkat', [text, at, text], nothing)

/** unlinkat(2); with REMOVEDIR it is rmdir(2). */
export const unlinkat = syscall<[dir: At, path: string, flags: AtFlag<'REMOVEDIR'>], void>(
  'unlinkat',
  [at, text, bits(AT_FLAGS)],
  nothing,
)

/** renameat2(2): replaces what is there. */
export const renameat = syscall<[fromDir: At, from: string, toDir: At, to: string], void>(
  'renameat2',
  [at, text, at, text, constant(0)],
  nothing,
)

/** fchownat(2) of an open file, which may be a symbolic link opened with O_PATH. */
export const fchown = syscall<[fd: Fd, uid: number, gid: number], void>(
  'fchownat',
  [descriptor, hidden((memory) => memory.text(''), '""'), integer, integer, constant(0x1000, 'EMPTY_PATH')],
  nothing,
)

/** fchmodat(2): follows symbolic links, so the path must be known to be none. */
export const fchmodat = syscall<[dir: At, path: string, mode: number], void>('fchmodat', [at, text, octal], nothing)

/** fchmod(2); not for descriptors opened with O_PATH. */
export const fchmod = syscall<[fd: Fd, mode: number], void>('fchmod', [descriptor, octal], nothing)

const ACCESS = { R: 4, W: 2, X: 1 } as const

/** faccessat2(2) (5.8) with AT_EACCESS: whether the effective user may. */
export const access = syscall<[dir: At, path: string, modes: readonly (keyof typeof ACCESS)[]], void>(
  'faccessat2',
  [at, text, bits(ACCESS), constant(0x200, 'AT_EACCESS')],
  nothing,
)

/** flock(2): NONBLOCK fails with EAGAIN where another open file holds the lock. */
export const flock = syscall<[fd: Fd, operation: readonly ('SHARED' | 'EXCLUSIVE' | 'NONBLOCK')[]], void>(
  'flock',
  [descriptor, bits({ SHARED: 1, EXCLUSIVE: 2, NONBLOCK: 4 })],
  nothing,
)

/** One name in a directory. */
export interface Entry {
  readonly name: string
  readonly type: FileType
}

const DIRENT_TYPES = {
  1: 'fifo',
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'symlink',
  12: 'socket',
} as const
const DIRENT_ROOM = 32768

/** getdents64(2): some of the names in a directory, without `.` and `..`; `undefined` after the last of them. */
export const getdents = syscall<[fd: Fd], readonly Entry[] | undefined>(
  'getdents64',
  [descriptor, space(DIRENT_ROOM), constant(DIRENT_ROOM)],
  { kind: 'value', decode: readEntries, show: (entries) => `${entries?.length ?? 0} entries` },
)

function readEntries(raw: number, [view]: readonly DataView[]): readonly Entry[] | undefined {
  if (raw === 0 || view === undefined) return undefined
  const entries: Entry[] = []
  for (let at = 0; at < raw;) {
    const length = view.getUint16(at + 16, true)
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 19, length - 19)
    const name = decodeText(bytes.subarray(0, bytes.indexOf(0)))
    const type = (DIRENT_TYPES as Readonly<Record<number, FileType>>)[view.getUint8(at + 18)] ?? 'unknown'
    if (name !== '.' && name !== '..') entries.push({ name, type })
    at += length
  }
  return entries
}

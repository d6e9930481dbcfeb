// Namespaces and roots: unshare(2), setns(2), sethostname(2), setdomainname(2), chroot(2), chdir(2).

import { syscall } from '../call.ts'
import { CLONE_NEW } from '../numbers/clone.ts'
import type { Fd } from '../fd.ts'
import { bits, constant, data, descriptor, nothing, space, text } from '../kinds.ts'
import { decodeText } from '../kinds.ts'

/** A namespace that a process can be born into, by the name of its flag. */
export type BirthFlag = keyof typeof CLONE_NEW
/** A namespace by the name of its flag. */
export type NamespaceFlag = keyof typeof FLAGS

const FLAGS = { ...CLONE_NEW, NEWTIME: 0x80 } as const

/** unshare(2): new namespaces for the caller; a new pid or time namespace is for its children. */
export const unshare = syscall<[namespaces: readonly (keyof typeof FLAGS)[]], void, 'task'>(
  'unshare',
  [bits(FLAGS)],
  nothing,
  'task',
)

/** setns(2): joins a namespace (a file of nsfs), or several of a process at once (a pidfd, 5.8). */
export const setns = syscall<[namespace: Fd, types: readonly (keyof typeof FLAGS)[]], void, 'task'>(
  'setns',
  [descriptor, bits(FLAGS)],
  nothing,
  'task',
)

/** sethostname(2). */
export const sethostname = syscall<[name: string], void>('sethostname', [data], nothing)
/** setdomainname(2): the NIS domain name. */
export const setdomainname = syscall<[name: string], void>('setdomainname', [data], nothing)
/** chroot(2). */
export const chroot = syscall<[path: string], void, 'task'>('chroot', [text], nothing, 'task')
/** chdir(2). */
export const chdir = syscall<[path: string], void>('chdir', [text], nothing)
/** fchdir(2). */
export const fchdir = syscall<[dir: Fd], void>('fchdir', [descriptor], nothing)

const PATH_MAX = 4096

/** getcwd(2): a path that starts with `(unreachable)` lies outside the root directory. */
export const getcwd = syscall<[], string>('getcwd', [space(PATH_MAX), constant(PATH_MAX)], {
  kind: 'value',
  decode: (raw, [view]) =>
    view === undefined ? '' : decodeText(new Uint8Array(view.buffer, view.byteOffset, raw - 1)),
  show: (path) => JSON.stringify(path),
})

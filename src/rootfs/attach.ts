// Makes detached mounts and attaches them: a new file system, or a copy of a tree that is there already. Mounts are
// values (Fds) until the moment they are attached to what a target is open on.

import type { Sys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import {
  fsconfigCreate,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
  type MountAttribute,
  type MountChange,
  mountSetattr,
  moveMount,
  openTree,
} from '#ffi/calls/mount.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { MountPlan } from './parse-options.ts'

/** A file system to be made: its type, what it is made from, and the plan of its options. */
export interface NewFilesystem {
  readonly type: string
  readonly source: string
  readonly plan: MountPlan
}

/** Makes a file system, gives its detached mount (fsopen(2), fsconfig(2), fsmount(2)). */
export function newFilesystem(sys: Sys, { type, source, plan }: NewFilesystem): Fd {
  using fs = sys(fsopen(type))
  if (source !== '') sys(fsconfigString(fs, 'source', source))
  for (const option of plan.data) configure(sys, fs, option)
  for (const flag of plan.superblock) sys(fsconfigFlag(fs, flag))
  // A tmpfs becomes read-only at the end: other mounts may have to make their targets in it.
  const readonly = type !== 'tmpfs' && plan.attributes.set.includes('RDONLY')
  if (readonly) sys(fsconfigFlag(fs, 'ro'))
  sys(fsconfigCreate(fs))
  return sys(
    fsmount(
      fs,
      plan.attributes.set.filter((name) => name !== 'RDONLY' || readonly),
    ),
  )
}

function configure(sys: Sys, fs: Fd, option: string): void {
  const equals = option.indexOf('=')
  doing(`set option "${option}"`, () => {
    if (equals < 0) sys(fsconfigFlag(fs, option))
    else sys(fsconfigString(fs, option.slice(0, equals), option.slice(equals + 1)))
  })
}

/** What mount(8) calls the options of a bind mount: all of them are replaced when one is given. */
const REPLACED: readonly MountAttribute[] = ['RDONLY', 'NOSUID', 'NODEV', 'NOEXEC', 'NOSYMFOLLOW']

/**
 * Copies a tree, gives the detached copy with the attributes of the plan. As `mount -o remount,bind,…` does, an
 * attribute that is not named is taken away, except those in `locked`, which a user namespace may not take away.
 */
export function boundTree(sys: Sys, source: string, plan: MountPlan, locked: readonly MountAttribute[]): Fd {
  const recursive = plan.bind === 'recursive' ? (['RECURSIVE'] as const) : []
  const unfollowed = plan.links.includes('source') ? (['SYMLINK_NOFOLLOW'] as const) : []
  const tree = sys(openTree('cwd', source, ['CLONE', ...recursive, ...unfollowed]))
  const { set, clear } = plan.attributes
  if (set.length + clear.length > 0) {
    // To take one away is not to give the whole list: "rw" leaves what else the source's mount has.
    const unnamed = set.length === 0 ? [] : REPLACED.filter((name) => !set.includes(name) && !locked.includes(name))
    sys(mountSetattr(tree, 'this', { set, clear: [...new Set([...clear, ...unnamed])] }))
  }
  return tree
}

/** Applies what a plan asks for all mounts of a tree, and its propagation. */
export function finishTree(sys: Sys, tree: Fd, plan: MountPlan): void {
  if (plan.recursive.set.length + plan.recursive.clear.length > 0) sys(mountSetattr(tree, 'recursive', plan.recursive))
  for (const { propagation, scope } of plan.propagations) sys(mountSetattr(tree, scope, { propagation }))
}

/** Attaches a mount on top of what a target is open on (move_mount(2)). */
export function attach(sys: Sys, mount: Fd, target: Fd): void {
  sys(moveMount(mount, target))
}

/** Copies a single file or directory that is open (O_PATH), gives the detached mount of it. */
export function copyOf(sys: Sys, source: Fd): Fd {
  return sys(openTree(source, '', ['CLONE', 'EMPTY_PATH']))
}

/** As `copyOf`, with everything mounted below it, changed before anybody sees it. */
export function changedCopyOf(sys: Sys, source: Fd, change: MountChange): Fd {
  const tree = sys(openTree(source, '', ['CLONE', 'RECURSIVE', 'EMPTY_PATH']))
  sys(mountSetattr(tree, 'this', change))
  return tree
}

/** Opens a path of the host (O_PATH); `follow`: a link in its last place, too. */
export function openHost(sys: Sys, path: string, follow = true): Fd {
  return sys(openat('cwd', path, follow ? ['PATH'] : ['PATH', 'NOFOLLOW']))
}

// The container's root: made a mount of its own, and then made the root.

import { type TaskSys, tolerating } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { mount, mountSetattr, type Propagation, pivotRootHere, umount } from '#ffi/calls/mount.ts'
import { chdir, chroot, fchdir, getcwd, setns } from '#ffi/calls/namespace.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { RootfsPropagation } from '#src/config/schema/linux.ts'
import { attach, boundTree, newFilesystem, openHost } from './attach.ts'
import { parseOptions } from './parse-options.ts'

type Spread = { readonly propagation: Propagation; readonly scope: 'this' | 'recursive' }

/** What each `rootfsPropagation` means for the container's own root. */
const PROPAGATIONS: { readonly [name in Exclude<RootfsPropagation, ''>]: Spread } = {
  shared: { propagation: 'SHARED', scope: 'this' },
  slave: { propagation: 'SLAVE', scope: 'this' },
  private: { propagation: 'PRIVATE', scope: 'this' },
  unbindable: { propagation: 'UNBINDABLE', scope: 'this' },
  rshared: { propagation: 'SHARED', scope: 'recursive' },
  rslave: { propagation: 'SLAVE', scope: 'recursive' },
  rprivate: { propagation: 'PRIVATE', scope: 'recursive' },
  runbindable: { propagation: 'UNBINDABLE', scope: 'recursive' },
}

/**
 * Makes the mount private that a directory of the host lies on: pivot_root(2) refuses a root below a shared one. Only
 * needed where the config keeps the host's mounts shared. `mountinfo` is the text of /proc/self/mountinfo.
 */
export function makeParentPrivate(task: TaskSys, path: string, mountinfo: string): void {
  let longest = '/'
  for (const line of mountinfo.split('\n')) {
    const point = line.split(' ')[4] ?? ''
    if (point.length > longest.length && (path === point || path.startsWith(`${point}/`))) longest = point
  }
  using parent = openHost(task, longest)
  task(mountSetattr(parent, 'this', { propagation: 'PRIVATE' }))
}

/**
 * Cuts a new mount namespace off from the host, the first thing that happens in it: nothing that is mounted here shows
 * there. What is mounted there goes on to show here, unless the config wants it private; where it wants the root shared,
 * so do the mounts that it is bound from.
 */
export function cutOff(task: TaskSys, wanted: RootfsPropagation): void {
  using top = openHost(task, '/')
  const propagation = wanted.endsWith('shared') ? 'SHARED' : /slave|^$/.test(wanted) ? 'SLAVE' : 'PRIVATE'
  doing('change the propagation of the mounts', () => task(mountSetattr(top, 'recursive', { propagation })))
}

/** Makes the directory of the root a mount of its own, gives it open. Takes its absolute path and what it shall become. */
export function mountRoot(task: TaskSys, path: string, wanted: RootfsPropagation): Fd {
  return doing(`mount the root "${path}"`, () => {
    using below = openHost(task, path)
    const root = boundTree(task, path, parseOptions(['rbind']), [])
    // pivot_root(2) refuses a shared one.
    if (wanted.endsWith('shared')) task(mountSetattr(root, 'this', { propagation: 'PRIVATE' }))
    attach(task, root, below)
    return root
  })
}

/**
 * Takes a task from the root that it was born with to that of its mount namespace. They differ where bunc was started in
 * a chroot(2): without this the container's root would replace that directory alone, and setns(2) would put all that
 * `exec` starts into the root of the host.
 */
function leaveChroot(task: TaskSys): void {
  using namespace = task(openat('cwd', '/proc/self/ns/mnt', ['RDONLY']))
  // EPERM: without CAP_SYS_CHROOT; nor can `exec` go there then.
  task(tolerating(setns(namespace, ['NEWNS']), 'EPERM'))
}

/** Makes an open mount the root of the task's mount namespace and takes the host's away. */
export function pivot(task: TaskSys, root: Fd): void {
  doing('enter the root', () => {
    leaveChroot(task)
    using old = openHost(task, '/')
    task(fchdir(root))
    // The old root ends up on top of the new one, at the same place: there it is taken away, never visible at a path.
    task(pivotRootHere())
    // Where the host's mounts are shared, it would be the host's own mounts that are taken away. By descriptor: for
    // mount(2), unlike umount(2), "." is what lies below.
    task(mountSetattr(old, 'recursive', { propagation: 'SLAVE' }))
    task(umount('.', ['DETACH']))
    task(chdir('/'))
  })
}

/**
 * As `pivot`, for a host whose root cannot be pivoted away from (a ramdisk): the container's root is moved on top of it.
 * The host's mounts stay below. A procfs or sysfs among them would let a user namespace mount new, unmasked ones, so they
 * are taken away or covered. `mountinfo` gives the text of the task's own /proc/PID/mountinfo.
 */
export function coverRoot(task: TaskSys, root: Fd, mountinfo: () => string): void {
  doing('enter the root without pivot_root', () => {
    leaveChroot(task)
    task(fchdir(root))
    const rootfs = task(getcwd())
    for (const point of kernelMounts(mountinfo(), rootfs)) {
      task(tolerating(umount(point, ['DETACH']), 'EINVAL', 'EPERM'))
      using place = task(tolerating(openat('cwd', point, ['PATH', 'DIRECTORY']), 'ENOENT', 'ENOTDIR'))
      using empty = newFilesystem(task, { type: 'tmpfs', source: 'tmpfs', plan: parseOptions([]) })
      attach(task, empty, place)
    }
    task(mount('.', '/', undefined, ['MOVE']))
    task(chroot('.'))
    task(chdir('/'))
  })
}

/** Where the host has whole procfs and sysfs mounts outside of a root, the deepest first. */
function kernelMounts(mountinfo: string, rootfs: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => ['proc', 'sysfs'].includes(fields[fields.indexOf('-') + 1] ?? '') && fields[3] === '/')
    .map((fields) => fields[4] ?? '')
    .filter((point) => point !== '' && !point.startsWith(`${rootfs}/`))
    .reverse()
}

/** Says how mounts of the root propagate, once it is the root. */
export function spreadRoot(task: TaskSys, root: Fd, wanted: RootfsPropagation): void {
  if (wanted === '') return
  const { propagation, scope } = PROPAGATIONS[wanted]
  task(mountSetattr(root, scope, { propagation }))
}

/** Makes the root read-only: after everything that is made in it. */
export function protectRoot(task: TaskSys, root: Fd): void {
  task(mountSetattr(root, 'this', { set: ['RDONLY'] }))
}

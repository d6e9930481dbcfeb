// The mounts of config.json, in their order. Each is made detached and then attached to a target that was opened below
// the root: an image that swaps a directory for a link meanwhile changes nothing.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstat, fstatat, fstatfs, type Stat } from '#ffi/calls/file.ts'
import { type MountAttribute, MS, mountSetattr } from '#ffi/calls/mount.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { nearest } from '#src/config/nearest.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { Failure } from '#src/failure.ts'
import { attach, boundTree, finishTree, newFilesystem, openHost } from './attach.ts'
import { type CgroupTree, mountCgroups } from './cgroupfs.ts'
import { copyUp } from './copy-up.ts'
import { linkOnHost, makeLink, placeUnfollowed } from './links.ts'
import { MOUNT_OPTIONS } from './options.ts'
import { type MountPlan, parseOptions, withLabel } from './parse-options.ts'
import { components, containsLink, openIfThere, openUnlessLink, Places, withoutLinks } from './resolve.ts'

/** What mounting needs to know beside the mounts themselves. */
export interface MountSetting {
  /** Performs in the task that becomes the container, in its mount namespace. */
  readonly task: Sys
  /** Performs in bunc's own namespaces. */
  readonly here: Sys
  /** The container's root: mounted, open in the task. */
  readonly root: Fd
  /** The same directory before anything was mounted on it, open here. */
  readonly rootBefore: Fd
  /** Where relative sources of bind mounts start: an absolute path. */
  readonly bundle: string
  /** Whether attributes of the host's mounts are locked for the container. */
  readonly userNamespace: boolean
  readonly cgroups: CgroupTree
  /** SELinux label of what is on the new file systems; empty for none. */
  readonly label: string
  /** Sources of bind mounts that were copied already because of their id mapping, open in the task. */
  readonly mapped: ReadonlyMap<Mount, Fd>
}

/**
 * Makes all mounts. Gives those that must become read-only once everything below them has been made. Throws a
 * SyscallError or a Failure that names the mount as `mounts[3]`.
 */
export function makeMounts(setting: MountSetting, mounts: readonly Mount[]): Fd[] {
  const later: Fd[] = []
  using places = new Places(setting.task, setting.root)
  const making = { ...setting, places }
  for (const [i, mount] of mounts.entries()) {
    const readonly = doing(`make mounts[${i}], "${mount.type || 'bind'}" on "${mount.destination}"`, () =>
      makeMount(making, mount),
    )
    if (readonly !== undefined) later.push(readonly)
  }
  return later
}

/** Makes the mounts read-only that `makeMounts` gave. */
export function finishMounts(sys: Sys, later: readonly Fd[]): void {
  for (const mount of later) {
    using tmpfs = mount
    sys(mountSetattr(tmpfs, 'this', { set: ['RDONLY'] }))
  }
}

/** What all mounts of a config have in common. */
interface Making extends MountSetting {
  readonly places: Places
}

function makeMount(setting: Making, mount: Mount): Fd | undefined {
  const plan = parseOptions(mount.options)
  if (components(mount.destination).length === 0) throw new Failure('a mount on the root itself is not possible')
  if (plan.copyUp && mount.type !== 'tmpfs') throw new Failure('option "tmpcopyup" is for a tmpfs alone')
  if (plan.bind !== 'no' || mount.type === 'bind') return bindMount(setting, mount, plan)
  if (mount.type === 'cgroup' || mount.type === 'cgroup2') {
    using target = directory(setting, mount.destination)
    mountCgroups(setting.task, { target, tree: setting.cgroups, plan: withLabel(plan, setting.label) })
    return undefined
  }
  // These two are what everything else relies on: their place must be what it looks like (CVE-2019-19921).
  const plain = mount.type === 'proc' || mount.type === 'sysfs'
  if (plain) refuseLink(setting, mount.destination)
  const moded = mount.type === 'tmpfs' ? withMode(setting, mount.destination, plan) : plan
  const whole = UNLABELLED.includes(mount.type) ? moded : withLabel(moded, setting.label)
  using target = plain ? setting.places.directory(mount.destination) : directory(setting, mount.destination)
  return mountNew(setting, { target, type: mount.type, source: mount.source, plan: whole })
}

/** SELinux labels the files of these by itself, and refuses a context for all of them. */
const UNLABELLED: readonly string[] = ['proc', 'sysfs', 'mqueue']

/** Mounts a new file system on a target. Gives its mount if that must become read-only later. */
export function mountNew(
  { task }: Pick<MountSetting, 'task'>,
  { target, type, source, plan }: { target: Fd; type: string; source: string; plan: MountPlan },
): Fd | undefined {
  const tree = newFilesystem(task, { type, source, plan })
  if (plan.copyUp) copyUp(task, target, tree)
  attach(task, tree, target)
  finishTree(task, tree, plan)
  if (type === 'tmpfs' && plan.attributes.set.includes('RDONLY')) return tree
  tree[Symbol.dispose]()
  return undefined
}

/** A tmpfs has the mode of the directory that it covers, if there is one, unless its options say otherwise. */
export function withMode(
  { task, root }: Pick<MountSetting, 'task' | 'root'>,
  destination: string,
  plan: MountPlan,
): MountPlan {
  if (plan.data.some((option) => option.startsWith('mode='))) return plan
  using covered = openIfThere(task, root, destination)
  const stat = task(tolerating(fstat(covered), 'ENOENT'))
  return stat === undefined ? plan : { ...plan, data: [...plan.data, `mode=${stat.mode.toString(8)}`] }
}

function bindMount(setting: Making, mount: Mount, plan: MountPlan): undefined {
  const { task, here } = setting
  if (plan.data.length > 0) throw unknownOption(plan.data[0] ?? '')
  const source = hostPath(mount, setting.bundle)
  if (plan.links.includes('copy') && copiesLink(setting, mount.destination, source)) return
  const { stat, attributes } = inspectSource(here, source, {
    locked: setting.userNamespace,
    follow: !plan.links.includes('source'),
  })
  using target = bindTarget(setting, mount.destination, { stat, follow: !plan.links.includes('target') })
  using tree = setting.mapped.get(mount) ?? boundTree(task, source, bindPlan(plan), attributes)
  attach(task, tree, target)
  finishTree(task, tree, plan)
}

function unknownOption(option: string): Failure {
  const meant = nearest(option, Object.keys(MOUNT_OPTIONS))
  return new Failure(
    `a bind mount cannot have the file system option "${option}"`,
    meant === undefined
      ? 'it shows files that are there already, in a file system that has its options'
      : `did you mean "${meant}"?`,
  )
}

/** What is bound, as a path of the host: a relative source lies in the bundle. */
export function hostPath({ source }: Mount, bundle: string): string {
  return source.startsWith('/') ? source : `${bundle}/${source}`
}

/** Takes the plan of a bind mount; one that does not say how far it goes takes everything below along. */
export function bindPlan(plan: MountPlan): MountPlan {
  return plan.bind === 'no' ? { ...plan, bind: 'recursive' } : plan
}

/** What a bind mount goes on. `follow`: a link in the last place of the destination. */
function bindTarget(setting: Making, destination: string, { stat, follow }: { stat: Stat; follow: boolean }): Fd {
  const { here, task, root, rootBefore, places } = setting
  const isDirectory = stat.type === 'directory'
  if (!follow) {
    places.forget()
    return placeUnfollowed(task, root, { path: destination, isDirectory })
  }
  const found = openUnlessLink(here, rootBefore, destination)
  using there = found === 'link' ? openIfThere(here, rootBefore, destination) : found
  refuseMismatch(here, there, { destination, source: stat })
  const path = found === 'link' ? withoutLinks(task, root, destination) : destination
  return isDirectory ? places.directory(path) : places.file(path)
}

/** Makes the source again if it is a link; gives whether it was one. */
function copiesLink({ here, task, root }: MountSetting, path: string, source: string): boolean {
  const target = linkOnHost(here, source)
  if (target !== undefined) makeLink(task, root, { path, target })
  return target !== undefined
}

/** A directory goes on a directory, and anything else on a file. Engines look for "not a directory" to explain it. */
function refuseMismatch(here: Sys, target: Fd, { destination, source }: { destination: string; source: Stat }): void {
  const there = here(tolerating(fstat(target), 'ENOENT'))
  if (there === undefined || (there.type === 'directory') === (source.type === 'directory')) return
  const [what, onto] = source.type === 'directory' ? ['directory', 'file'] : ['file', 'directory']
  throw new Failure(
    `not a directory: a ${what} cannot be mounted on the ${onto} "${destination}" of the container`,
    `the source is a ${what} of the host: make the other side one, or choose another destination`,
  )
}

/** What the source of a bind mount is, and, where they are locked, which attributes the container may not take away. */
export function inspectSource(
  here: Sys,
  source: string,
  { locked, follow }: { locked: boolean; follow: boolean },
): { stat: Stat; attributes: MountAttribute[] } {
  try {
    const stat = here(fstatat('cwd', source, follow ? [] : ['SYMLINK_NOFOLLOW']))
    return { stat, attributes: locked ? lockedAttributes(here, source, follow) : [] }
  } catch (error) {
    throw failedWith(error, 'ENOENT', 'ENOTDIR') ? missingSource(here, source, error.errno) : error
  }
}

function lockedAttributes(here: Sys, source: string, follow: boolean): MountAttribute[] {
  using file = openHost(here, source, follow)
  const { flags } = here(fstatfs(file))
  return LOCKABLE.filter((name) => flags & MS[name])
}

/** Which side is missing, and why it may look as if it were there. */
function missingSource(here: Sys, source: string, errno: string): Failure {
  if (errno === 'ENOTDIR')
    return new Failure(
      `source "${source}" does not exist: not a directory`,
      'the path leads through a file of the host',
    )
  const target = linkOnHost(here, source)
  if (target === undefined)
    return new Failure(
      `source "${source}" does not exist: no such file or directory`,
      'make it on the host, or correct the source of this mount; a relative source starts at the bundle',
    )
  return new Failure(
    `source "${source}" is a link to "${target}", which does not exist: no such file or directory`,
    'the link is followed on the host, not in the container',
  )
}

const LOCKABLE = ['RDONLY', 'NOSUID', 'NODEV', 'NOEXEC'] as const

/**
 * The directory that a mount goes on; links on the way to it are followed. They are looked up here, before the task has
 * mounted anything: what is found decides only which directories are made, the kernel resolves the path again when it is
 * opened. So it is for the target of a bind mount.
 */
function directory({ here, task, root, rootBefore, places }: Making, destination: string): Fd {
  const linked = containsLink(here, rootBefore, destination)
  return places.directory(linked ? withoutLinks(task, root, destination) : destination)
}

function refuseLink({ here, rootBefore }: MountSetting, destination: string): void {
  if (containsLink(here, rootBefore, destination))
    throw new Failure(`"${destination}" is a symbolic link in the container's root, which is not allowed here`)
}

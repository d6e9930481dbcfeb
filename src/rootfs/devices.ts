// Device files of a container: made with mknod(2), or, where a user namespace forbids that, bound from the host. All of
// it relative to directories that were opened below the root: an image's /dev may be a link (CVE-2026-41579).

import { type Sys, tolerating } from '#ffi/call.ts'
import { device, fchown, fstat, mknodat, openat, symlinkat, unlinkat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { LinuxDevice } from '#src/config/schema/devices.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { Failure } from '#src/failure.ts'
import { attach, copyOf, openHost } from './attach.ts'
import { DEFAULT_DEVICES, DEFAULT_LINKS } from './default-devices.ts'
import { components, directoryInRoot, fileInRoot, parentInRoot, type Place } from './resolve.ts'

/** Where devices are made, and how. */
export interface DeviceSetting {
  /** Performs in the task that becomes the container; its umask is 0. */
  readonly task: Sys
  readonly root: Fd
  /** Whether the host's devices must be bound, because mknod(2) is not allowed. */
  readonly bind: boolean
  /** Whether nobody else can have put anything into /dev: it is a tmpfs that was made a moment ago. */
  readonly fresh: boolean
}

const PERMISSIONS = 0o777
const TYPES = { c: 'char', u: 'char', b: 'block', p: 'fifo' } as const
type Node = Pick<LinuxDevice, 'path' | 'uid' | 'gid'> & {
  readonly type: keyof typeof TYPES
  readonly fileMode?: number | undefined
  readonly major?: number
  readonly minor?: number
}

/** Whether /dev is the host's or somebody else's, bound by a mount of the config: then nothing is made in it. */
export function devIsBound(mounts: readonly Mount[]): boolean {
  return mounts.some(
    ({ destination, type, options }) =>
      isDev(destination) && (type === 'bind' || options.includes('bind') || options.includes('rbind')),
  )
}

/** Whether /dev is a tmpfs of the container's own. */
export function devIsFresh(mounts: readonly Mount[]): boolean {
  return mounts.some(({ destination, type }) => isDev(destination) && type === 'tmpfs')
}

function isDev(path: string): boolean {
  return components(path).join('/') === 'dev'
}

/** Makes the default devices and links and those of the config. Throws a SyscallError or a Failure. */
export function makeDevices(setting: DeviceSetting, devices: readonly LinuxDevice[]): void {
  using dev = directoryInRoot(setting.task, setting.root, '/dev')
  const named = new Set(devices.map(({ path }) => path))
  for (const { path, major, minor } of DEFAULT_DEVICES)
    if (!named.has(path)) makeDevice(setting, dev, { type: 'c', path, major, minor, fileMode: 0o666, uid: 0, gid: 0 })
  for (const [i, node] of devices.entries())
    doing(`make linux.devices[${i}], "${node.path}"`, () => makeDevice(setting, dev, node))
  makeLinks(setting, dev)
}

function makeDevice(setting: DeviceSetting, dev: Fd, node: Node): void {
  if (setting.bind && node.type !== 'p') return bindDevice(setting, node.path)
  const name = nameInDev(node.path)
  if (name !== undefined) return makeNode(setting, { dir: dev, name }, node)
  const place = parentInRoot(setting.task, setting.root, node.path)
  using parent = place.dir
  makeNode(setting, { dir: parent, name: place.name }, node)
}

/** What a path is called in /dev, if it lies there and no deeper, which nearly all do. */
function nameInDev(path: string): string | undefined {
  const parts = components(path)
  return parts.length === 2 && parts[0] === 'dev' ? parts[1] : undefined
}

function makeNode({ task, fresh }: DeviceSetting, { dir: parent, name }: Place, node: Node): void {
  const mode = (node.fileMode ?? 0o666) & PERMISSIONS
  const numbers = device(node.major ?? 0, node.minor ?? 0)
  const make = mknodat(parent, name, { type: TYPES[node.type], mode }, numbers)
  task(fresh ? make : tolerating(make, 'EEXIST'))
  // Who makes it is root, and so is its owner.
  if (fresh && node.uid === 0 && node.gid === 0) return
  using made = task(openat(parent, name, ['PATH', 'NOFOLLOW']))
  if (!fresh) verify(task, made, node)
  task(fchown(made, node.uid, node.gid))
}

/** What the image has put there already must be the very device (CVE-2026-88265). */
function verify(task: Sys, file: Fd, node: Node): void {
  const stat = task(fstat(file))
  const same =
    stat.type === TYPES[node.type] && (node.type === 'p' || (stat.major === node.major && stat.minor === node.minor))
  if (!same) throw new Failure(`"${node.path}" exists in the container's root and is another file`)
}

function bindDevice({ task, root }: DeviceSetting, path: string): void {
  using target = fileInRoot(task, root, path)
  using source = openHost(task, path)
  using mount = copyOf(task, source)
  attach(task, mount, target)
}

function makeLinks({ task }: DeviceSetting, dev: Fd): void {
  for (const { name, target } of DEFAULT_LINKS) task(tolerating(symlinkat(target, dev, name), 'EEXIST'))
  // Where the image has a node of the host's devpts: the container's own instance is the one behind pts/ptmx.
  task(tolerating(unlinkat(dev, 'ptmx', []), 'ENOENT'))
  task(symlinkat('pts/ptmx', dev, 'ptmx'))
}

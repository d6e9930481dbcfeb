// What a container uses and does not own: bind mounts, and namespaces that it has joined. criu is told of each under a
// name when it dumps, and what stands for that name when it restores. The names are runc's, so that either can restore
// what the other has saved.

import { type Sys, tolerating } from '#ffi/call.ts'
import { fstat, fstatat, openat } from '#ffi/calls/file.ts'
import type { Fd } from '#ffi/fd.ts'
import type { CgroupTree } from '#src/cgroups/tree.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { isMapped } from '#src/container/idmapped.ts'
import { Failure } from '#src/failure.ts'
import type { OpenJoin } from '#src/namespaces/enter.ts'
import { NAMESPACE_FILES } from '#src/namespaces/plan.ts'
import { DEFAULT_DEVICES } from '#src/rootfs/default-devices.ts'
import { devIsBound } from '#src/rootfs/devices.ts'
import { hostPath } from '#src/rootfs/mounts.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'
import { components, openIfThere, withoutLinks } from '#src/rootfs/resolve.ts'
import { inheritFd, option } from './messages.ts'
import type { Message } from './protobuf.ts'

/** A mount that comes from outside: where it is in the container, and what it shows. */
export interface ExternalMount {
  readonly destination: string
  readonly source: string
}

/** What decides which mounts are external. */
export interface MountContext {
  readonly config: Config
  readonly bundle: string
  /** Whether devices were bound, for none can be made. */
  readonly userNamespace: boolean
  readonly cgroups: CgroupTree
}

/** Throws a Failure for what criu knows nothing of: it would be restored as something else, and nobody would be told. */
export function refuseMapped({ mounts }: Config): void {
  const i = mounts.findIndex(isMapped)
  if (i >= 0) throw new Failure(`mounts[${i}] has an id mapping, which criu can neither save nor restore`)
}

/** The mounts of a container that come from outside, but for masked paths. */
export function externalMounts({ config, bundle, userNamespace, cgroups }: MountContext): readonly ExternalMount[] {
  const mounts = config.mounts.flatMap((mount) => externalPart(mount, bundle, cgroups))
  const bound = userNamespace && !devIsBound(config.mounts)
  const devices = bound ? [...DEFAULT_DEVICES, ...config.linux.devices].map(({ path }) => path) : []
  return [...mounts, ...devices.map((path) => ({ destination: path, source: path }))]
}

function externalPart(mount: Mount, bundle: string, { version, hierarchies }: CgroupTree): readonly ExternalMount[] {
  const destination = `/${components(mount.destination).join('/')}`
  if (isBind(mount)) return [{ destination, source: hostPath(mount, bundle) }]
  if (version === 2 || !mount.type.startsWith('cgroup')) return []
  return hierarchies.map(({ name, path }) => ({ destination: `${destination}/${name}`, source: path }))
}

/** Whether a mount shows what is on the host. */
export function isBind({ type, options }: Mount): boolean {
  return type === 'bind' || parseOptions(options).bind !== 'no'
}

const NULL = '/dev/null'

/** What criu is told of mounts when it dumps. `root` is the container's root, as it sees it, open. */
export function dumpedMounts(here: Sys, root: Fd, context: MountContext): Message {
  const masked = context.config.linux.maskedPaths.filter((path) => isFile(here, root, path))
  return [
    // criu goes by where a mount is, which is not where the config has it if there is a link on the way.
    ...externalMounts(context).map(({ destination }) => mnt(withoutLinks(here, root, destination), destination)),
    ...masked.map((path) => mnt(path, NULL)),
  ]
}

/** What criu is told of mounts when it restores. */
export function restoredMounts(context: MountContext): Message {
  const masked = context.config.linux.maskedPaths.length > 0 ? [mnt(NULL, NULL)] : []
  return [...externalMounts(context).map(({ destination, source }) => mnt(destination, source)), ...masked]
}

function mnt(key: string, value: string): Message[number] {
  return option('external', `mnt[${key}]:${value}`)
}

/** A masked directory has a file system of its own, which criu saves. */
function isFile(here: Sys, root: Fd, path: string): boolean {
  using found = openIfThere(here, root, path)
  const stat = here(tolerating(fstat(found), 'ENOENT'))
  return stat !== undefined && stat.type !== 'directory'
}

/** Namespaces that criu can leave to others, by their names in images. */
const NAMES = { network: 'extRootNetNS', pid: 'extRootPidNS' } as const
const EXTERNAL = ['network', 'pid'] as const

/** What criu is told of joined namespaces when it dumps; `pid` is the container's first process. */
export function dumpedNamespaces(here: Sys, { linux }: Config, pid: number): Message {
  return EXTERNAL.flatMap((type) => {
    const own = linux.namespaces.find((namespace) => namespace.type === type)
    // One that is not named is the host's, which the container shares.
    if (own?.path === '' || (own === undefined && type === 'pid')) return []
    const file = NAMESPACE_FILES[type]
    const { ino } = here(fstatat('cwd', `/proc/${pid}/ns/${file}`, []))
    return [option('external', `${file}[${ino}]:${NAMES[type]}`)]
  })
}

/** What criu is told of joined namespaces when it restores, and what it must have open for that. */
export function restoredNamespaces(
  here: Sys,
  { linux }: Config,
  { joins, open }: { joins: readonly OpenJoin[]; open: DisposableStack },
): { options: Message; inherit: readonly Fd[] } {
  const found = EXTERNAL.flatMap((type) => {
    const joined = joins.find((join) => join.type === type)?.fd
    const shared = type === 'network' && !linux.namespaces.some((namespace) => namespace.type === type)
    const fd = shared ? open.use(here(openat('cwd', '/proc/self/ns/net', ['RDONLY']))) : joined
    return fd === undefined ? [] : [{ fd, key: NAMES[type] }]
  })
  return {
    options: found.map(({ fd, key }) => option('inherit_fd', inheritFd(key, fd.number))),
    inherit: found.map(({ fd }) => fd),
  }
}

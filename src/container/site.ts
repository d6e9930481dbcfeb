// What stands ready outside before there is a task: the copy of the config, the cgroup with its limits, the namespaces to
// be joined, the fifo. All of it can be taken away again by path.

import { type Sys, tolerating } from '#ffi/call.ts'
import { geteuid } from '#ffi/calls/credentials.ts'
import { fchmodat, fchown, mknodat, openat } from '#ffi/calls/file.ts'
import type { MountChange } from '#ffi/calls/mount.ts'
import { type Fd, ready } from '#ffi/fd.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { apply } from '#src/cgroups/apply.ts'
import { delegate } from '#src/cgroups/delegate.ts'
import { restrictDevices } from '#src/cgroups/device-access.ts'
import { make } from '#src/cgroups/make.ts'
import { plan as planCgroup } from '#src/cgroups/plan.ts'
import type { CgroupDriver, CgroupRecord } from '#src/cgroups/record.ts'
import { remove } from '#src/cgroups/remove.ts'
import { adopt } from '#src/cgroups/systemd/adopt.ts'
import { annotatedProperties } from '#src/cgroups/systemd/annotations.ts'
import { usersRoot } from '#src/cgroups/systemd/units.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import type { LinuxIDMapping } from '#src/config/schema/namespaces.ts'
import type { Process } from '#src/config/schema/process.ts'
import { Failure } from '#src/failure.ts'
import { type OpenJoin, openJoins } from '#src/namespaces/enter.ts'
import { inUserNamespace, isRootOfInit } from '#src/namespaces/own.ts'
import { type NamespacePlan, planNamespaces } from '#src/namespaces/plan.ts'
import { mappedSources } from './idmapped.ts'
import { FIFO, saveCgroup, saveConfig } from './state.ts'

/** A mount that is none of the config's. */
export interface ExtraMount {
  /** A path of the container; a directory is made where there is none. */
  readonly destination: string
  /** Takes the container's state directory, gives a detached mount. */
  readonly make: (here: Sys, directory: string) => Fd
  /** What becomes of the mount once it is attached. */
  readonly change: MountChange
}

/** What `create` is told beside the config. Paths are absolute. */
export interface CreateOptions {
  /** Where containers are kept. */
  readonly store: string
  readonly id: string
  readonly bundle: string
  readonly config: Config
  /** The text that the config was read from: later commands read it again. */
  readonly configText: string
  readonly cgroupDriver: CgroupDriver
  /** Where the outer end of the terminal goes; undefined: back to the caller. */
  readonly consoleSocket?: string | undefined
  readonly pidfdSocket?: string | undefined
  readonly pidFile?: string | undefined
  readonly noPivot: boolean
  readonly noNewKeyring: boolean
  /** Whether the caller may lack the rights to make cgroups; undefined: that is found out. */
  readonly rootless?: boolean | undefined
  /** How many descriptors after stdio the process gets. */
  readonly preserveFds: number
  /** Name of the user who makes it, or empty. */
  readonly owner: string
  /** Whether the root is only seen through, and every write to it discarded with the container. */
  readonly throwAway?: boolean
  readonly extraMount?: ExtraMount
  /** Told what went wrong without changing the result. */
  readonly warn: (error: unknown) => void
}

/** The building site of one container. */
export interface Site {
  readonly kernel: Kernel
  readonly options: CreateOptions
  readonly config: Config
  readonly process: Process
  /** The container's state directory. */
  readonly directory: string
  /** Whether it runs in a user namespace, its own or bunc's: there no device can be made. */
  readonly userNamespace: boolean
  /** Absolute path of the root on the host. */
  readonly rootfs: string
  readonly plan: NamespacePlan
  readonly joins: readonly OpenJoin[]
  /** Sources of mounts with an id mapping, to be inherited by the task. */
  readonly mapped: ReadonlyMap<Mount, Fd>
  readonly cgroup: CgroupRecord
  /** What takes the cgroup away; it comes to that when the task, made later, has been ended. */
  readonly cgroupUndo: DisposableStack
  /** O_PATH; the task opens it for writing and thereby waits for `start`. */
  readonly fifo: Fd
  /** The detached mount of `options.extraMount`. */
  readonly extraTree: Fd | undefined
  /** What takes away what was made, should the making fail. */
  readonly undo: DisposableStack
}

/** Where the root lies on the host: a relative path starts at the bundle. */
export function rootOf({ root }: Config, bundle: string): string {
  return root.path.startsWith('/') ? root.path : `${bundle}/${root.path}`
}

/** Prepares the site. Adds to `undo` what takes away what was made, and to `open` the descriptors to be closed. */
export function prepareSite(
  kernel: Kernel,
  options: CreateOptions,
  made: { process: Process; directory: string; undo: DisposableStack; open: DisposableStack },
): Site {
  const { here } = kernel
  const { config, bundle } = options
  const { process, directory, undo, open } = made
  saveConfig(here, directory, options.configText)
  const plan = planNamespaces(config.linux.namespaces)
  const joins = openJoins(here, plan)
  for (const { fd } of joins) open.use(fd)
  const nested = inUserNamespace(here)
  const rootless = options.rootless ?? (nested || here(geteuid()) !== 0)
  const userNamespace = nested || plan.has('user')
  const mapped = mappedSources(kernel, { config, bundle, joins, userNamespace, open })
  const { id, cgroupDriver: driver } = options
  const planned = planCgroup(here, {
    ...{ path: config.linux.cgroupsPath, id, driver, optional: rootless },
    usersRoot: driver === 'systemd' && !isRootOfInit(here) ? usersRoot() : undefined,
  })
  // First, or a create that is killed would leave a cgroup that nobody finds.
  saveCgroup(here, directory, planned)
  const cgroup = planned.unit === undefined ? make(here, planned, { optional: rootless }) : planned
  const cgroupUndo = undo.use(new DisposableStack())
  if (cgroup.unit === undefined) cgroupUndo.defer(() => remove(here, cgroup))
  const rootfs = rootOf(config, bundle)
  const fifo = open.use(makeFifo(kernel, directory, config))
  const extraTree = open.use(options.extraMount?.make(here, directory))
  const site = {
    kernel,
    options,
    config,
    process,
    directory,
    userNamespace,
    rootfs,
    extraTree,
    plan,
    joins,
    mapped,
    cgroup,
    cgroupUndo,
    fifo,
    undo,
  }
  // Before any process is in it: not one page or fork escapes the limits.
  if (cgroup.unit === undefined) limit(site)
  return site
}

/** Has systemd make the cgroup around the task, where systemd is who makes it. */
export function adoptTask(site: Site, pid: number): void {
  const { kernel, cgroup, cgroupUndo, config, options } = site
  if (cgroup.unit === undefined) return
  adopt(kernel.here, cgroup, {
    description: `Container ${options.id}, made by bunc`,
    pid,
    resources: config.linux.resources,
    extra: annotatedProperties(config.annotations),
    undo: cgroupUndo,
  })
  limit(site)
}

/** Sets what the config says about the cgroup. */
function limit({ kernel: { here }, cgroup, config, process, plan, options, userNamespace }: Site): void {
  for (const warning of apply(here, cgroup, config.linux.resources)) options.warn(new Failure(warning))
  if (isDelegated(config, plan))
    delegate(
      here,
      cgroup,
      hostId(config.linux.uidMappings, process.user.uid),
      hostId(config.linux.gidMappings, process.user.gid),
    )
  restrictDevices(here, cgroup, config.linux.resources.devices ?? [], { optional: userNamespace })
}

/** Whether the container sees its own cgroup alone and may write there: then it may make cgroups below. */
function isDelegated({ mounts }: Config, plan: NamespacePlan): boolean {
  const isCgroup = (type: string) => type === 'cgroup' || type === 'cgroup2'
  return plan.makes('cgroup') && mounts.some(({ type, options }) => isCgroup(type) && !options.includes('ro'))
}

const FIFO_MODE = 0o622

/** The fifo that `start` opens; it belongs to the container's root, who must be able to open it for writing. */
function makeFifo({ here }: Kernel, directory: string, config: Config): Fd {
  here(mknodat('cwd', `${directory}/${FIFO}`, { type: 'fifo', mode: FIFO_MODE }, 0))
  // mknod(2) has taken away what bunc's umask forbids.
  here(fchmodat('cwd', `${directory}/${FIFO}`, FIFO_MODE))
  const { uidMappings, gidMappings } = config.linux
  return ready(here(openat('cwd', `${directory}/${FIFO}`, ['PATH', 'NOFOLLOW'])), (fifo) =>
    // Who may give nothing away need not: everybody may write to it who can reach it.
    here(tolerating(fchown(fifo, hostId(uidMappings, 0), hostId(gidMappings, 0)), 'EPERM', 'EINVAL')),
  )
}

/** Takes mappings and an id of the container, gives the host's id; the same one where nothing is mapped. */
export function hostId(mappings: readonly LinuxIDMapping[], id: number): number {
  const range = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size)
  return range === undefined ? id : range.hostID + id - range.containerID
}

// What stands ready outside before there is a task: the copy of the config, the cgroup with its limits, the namespaces to
// be joined, the fifo. All of it can be taken away again by path.

import { fchmodat, fchown, mknodat, openat } from '#ffi/calls/file.ts'
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
import type { Config } from '#src/config/schema/config.ts'
import type { LinuxIDMapping } from '#src/config/schema/namespaces.ts'
import type { Process } from '#src/config/schema/process.ts'
import { Failure } from '#src/failure.ts'
import { replaceFile } from '#src/files.ts'
import { type OpenJoin, openJoins } from '#src/namespaces/enter.ts'
import { type NamespacePlan, planNamespaces } from '#src/namespaces/plan.ts'
import { CONFIG_FILE, FIFO, saveCgroup } from './state.ts'

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
  /** How many descriptors after stdio the process gets. */
  readonly preserveFds: number
  /** Name of the user who makes it, or empty. */
  readonly owner: string
  /** Whether the root is only seen through, and every write to it discarded with the container. */
  readonly throwAway?: boolean
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
  /** Absolute path of the root on the host. */
  readonly rootfs: string
  readonly plan: NamespacePlan
  readonly joins: readonly OpenJoin[]
  readonly cgroup: CgroupRecord
  /** What takes the cgroup away; it comes to that when the task, made later, has been ended. */
  readonly cgroupUndo: DisposableStack
  /** O_PATH; the task opens it for writing and thereby waits for `start`. */
  readonly fifo: Fd
  /** What takes away what was made, should the making fail. */
  readonly undo: DisposableStack
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
  replaceFile(here, `${directory}/${CONFIG_FILE}`, options.configText, 0o600)
  const plan = planNamespaces(config.linux.namespaces)
  const joins = openJoins(here, plan)
  for (const { fd } of joins) open.use(fd)
  const wanted = { path: config.linux.cgroupsPath, id: options.id, driver: options.cgroupDriver }
  const planned = planCgroup(here, wanted)
  // First, or a create that is killed would leave a cgroup that nobody finds.
  saveCgroup(here, directory, planned)
  const cgroup = planned.unit === undefined ? make(here, planned) : planned
  const cgroupUndo = undo.use(new DisposableStack())
  if (cgroup.unit === undefined) cgroupUndo.defer(() => remove(here, cgroup))
  const rootfs = config.root.path.startsWith('/') ? config.root.path : `${bundle}/${config.root.path}`
  const fifo = open.use(makeFifo(kernel, directory, config))
  const site = { kernel, options, config, process, directory, rootfs, plan, joins, cgroup, cgroupUndo, fifo, undo }
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
function limit({ kernel: { here }, cgroup, config, process, plan, options }: Site): void {
  for (const warning of apply(here, cgroup, config.linux.resources)) options.warn(new Failure(warning))
  if (isDelegated(config, plan))
    delegate(
      here,
      cgroup,
      hostId(config.linux.uidMappings, process.user.uid),
      hostId(config.linux.gidMappings, process.user.gid),
    )
  restrictDevices(here, cgroup, config.linux.resources.devices ?? [], { optional: plan.newUser })
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
    here(fchown(fifo, hostId(uidMappings, 0), hostId(gidMappings, 0))),
  )
}

/** Takes mappings and an id of the container, gives the host's id; the same one where nothing is mapped. */
export function hostId(mappings: readonly LinuxIDMapping[], id: number): number {
  const range = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size)
  return range === undefined ? id : range.hostID + id - range.containerID
}

// Makes a container from the files of a checkpoint: bunc prepares what `create` would, and criu makes the processes, in
// the place of a task. They become children of bunc, as every container's first process is.

import { openat, unlinkat } from '#ffi/calls/file.ts'
import { setns } from '#ffi/calls/namespace.ts'
import { type Ending, pidfdGetfd, pidfdOpen, setDumpable } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import { duplicate } from '#ffi/calls/descriptor.ts'
import { enter } from '#src/cgroups/birth.ts'
import { parseOwn } from '#src/cgroups/plan.ts'
import { killAll } from '#src/cgroups/processes.ts'
import type { ResctrlRecord } from '#src/cgroups/resctrl.ts'
import { cgroupTree } from '#src/cgroups/tree.ts'
import { attend } from '#src/console/foreground.ts'
import { sendDescriptor } from '#src/console/send.ts'
import { remember, writePidFile } from '#src/container/create.ts'
import { destroy } from '#src/container/delete.ts'
import { joinNewResctrl } from '#src/container/furnish.ts'
import { killContainer } from '#src/container/kill.ts'
import { hooksOutside, stateInTheMaking, stateJson } from '#src/container/lifecycle-hooks.ts'
import { checkConsole } from '#src/container/run.ts'
import { adoptTask, type CreateOptions, prepareSite, type Site } from '#src/container/site.ts'
import { type ContainerState, FIFO } from '#src/container/state.ts'
import { claim } from '#src/container/store.ts'
import { Failure } from '#src/failure.ts'
import { readText, removeTree, statIfThere } from '#src/files.ts'
import { runHooks } from '#src/hooks/run.ts'
import { protectRoot } from '#src/rootfs/pivot.ts'
import { verifyHostNull } from '#src/rootfs/paths.ts'
import { converse, type Notice } from './criu.ts'
import { restoredDescriptors } from './descriptors.ts'
import { refuseMapped, restoredMounts, restoredNamespaces } from './external.ts'
import { cgroupRoot, option } from './messages.ts'
import { makeMountPoints, mountRootForCriu } from './mount-points.ts'
import type { Message } from './protobuf.ts'
import { configFile, openPlaces, placeOptions, type Settings, settingOptions } from './settings.ts'

/** What `restore` is told beside what `create` is told. */
export interface RestoreOptions extends CreateOptions {
  readonly detach: boolean
  readonly settings: Settings
  /** Close the TCP connections of the image. */
  readonly tcpClose: boolean
  /** As criu takes it: `apparmor:NAME` or `selinux:LABEL`. */
  readonly lsmProfile: string | undefined
  readonly lsmMountContext: string | undefined
}

/** A container that runs again. */
interface Restored {
  readonly directory: string
  readonly state: ContainerState
  readonly pidfd: Fd
  /** The outer end of its terminal, when it has one and it was not sent away. */
  readonly master: Fd | undefined
}

/** Restores a container. Gives how its process ended, or nothing when it was detached. */
export function restore(kernel: Kernel, options: RestoreOptions): Ending | undefined {
  checkConsole(options)
  const restored = doing(`restore container "${options.id}"`, () => remake(kernel, options))
  using pidfd = restored.pidfd
  const end = { warn: options.warn, savedConfig: () => options.config }
  if (options.detach) return undefined
  try {
    const ending = attend(kernel.here, { pidfd, master: restored.master })
    doing(`delete container "${options.id}"`, () => destroy(kernel, restored, end))
    return ending
  } catch (error) {
    killContainer(kernel.here, restored)
    destroy(kernel, restored, end)
    throw error
  }
}

const LOG = 'restore.log'

function remake(kernel: Kernel, options: RestoreOptions): Restored {
  const { here } = kernel
  const { config, settings } = options
  const { process } = config
  if (process === undefined) throw new Failure('config.json has no process, which is not supported')
  refuseMapped(config)
  if (statIfThere(here, settings.imagePath) === undefined)
    throw new Failure(`there is no image "${settings.imagePath}"`, 'bunc checkpoint makes one; --image-path names it')
  using undo = new DisposableStack()
  using open = new DisposableStack()
  const directory = claim(here, options.store, options.id)
  undo.defer(() => removeTree(here, directory))
  const site = prepareSite(kernel, options, { process, directory, undo, open })
  undo.defer(() => killAll(here, site.cgroup))
  // Nobody waits for `start`.
  here(unlinkat('cwd', `${directory}/${FIFO}`, []))
  makeMountPoints(here, site.rootfs, { mounts: config.mounts, bundle: options.bundle })
  const places = openPlaces(here, settings, { directory, open })
  const namespaces = restoredNamespaces(here, config, { joins: site.joins, open })
  const progress = new Progress(site, options)
  const pid = converse(kernel, {
    request: 'restore',
    options: [
      ...placeOptions(places, LOG),
      ...settingOptions(settings),
      ...flagOptions(options),
      option('root', site.rootfs),
      ...configFile(here, config.annotations),
      ...mountOptions(site),
      ...namespaces.options,
      ...restoredDescriptors(here, settings.imagePath),
    ],
    searchPath: settings.searchPath,
    inherit: namespaces.inherit,
    prepare: (task) => progress.prepare(task, { work: places.workPath, open }),
    log: `${places.workPath}/${LOG}`,
    begun: (criu) => progress.begin(criu),
    heard: (notice) => progress.hear(notice),
  })
  const restored = progress.end(pid, directory)
  undo.move()
  return restored
}

/** What criu is told of the flags that `restore` has alone. */
export function flagOptions({ tcpClose, lsmProfile, lsmMountContext }: RestoreOptions): Message {
  return [
    option('rst_sibling', true),
    option('tcp_close', tcpClose),
    option('lsm_profile', lsmProfile),
    option('lsm_mount_context', lsmMountContext),
  ]
}

function mountOptions({ kernel: { here }, config, options, userNamespace, cgroup, plan }: Site): Message {
  if (config.linux.maskedPaths.length > 0) verifyHostNull(here)
  const cgroups = cgroupTree(here, cgroup, plan.makes('cgroup'))
  return restoredMounts({ config, bundle: options.bundle, userNamespace, cgroups })
}

/** What bunc does while criu works, at the points that criu reports. */
class Progress {
  readonly #site: Site
  readonly #options: RestoreOptions
  #resctrl: ResctrlRecord | undefined
  #work: Fd | undefined
  #state: ContainerState | undefined
  #master: Fd | undefined

  constructor(site: Site, options: RestoreOptions) {
    this.#site = site
    this.#options = options
  }

  /** The root is mounted for criu, and its work directory opened where that mount is: there it will mount more. */
  prepare(task: Task, { work, open }: { work: string; open: DisposableStack }): void {
    const { kernel, rootfs } = this.#site
    mountRootForCriu(task.sys, rootfs)
    using inside = task.sys(openat('cwd', work, ['RDONLY', 'DIRECTORY']))
    this.#work = open.use(kernel.here(pidfdGetfd(task.pidfd, inside.number)))
  }

  /** criu itself goes into the container's cgroup: what it makes is born there, and systemd wants a process at once. */
  begin(criu: number): Message {
    const { kernel, cgroup } = this.#site
    if (cgroup.unit === undefined) enter(kernel.here, cgroup, criu)
    else adoptTask(this.#site, criu)
    this.#resctrl = joinNewResctrl(this.#site, criu)
    const own = parseOwn(readText(kernel.here, `/proc/${criu}/cgroup`))
    // Where the cgroups of the image go: the container may have another one now.
    return [
      option('work_dir_fd', this.#work?.number),
      ...Array.from(own, ([controller, path]) => option('cg_root', cgroupRoot(controller, path))),
    ]
  }

  hear({ at, pid, descriptor }: Notice): void {
    if (at === 'setup-namespaces') this.#runHooks(pid)
    if (at === 'orphan-pts-master' && descriptor !== undefined) this.#takeTerminal(descriptor)
    // The processes stand still: whoever hears of the container from now on finds its state.
    if (at === 'post-restore') {
      this.#protectRoot(pid)
      this.#state = remember(this.#site, { pid, resctrl: this.#resctrl })
    }
  }

  /** Gives the container once criu is done. Takes the pid of its first process. */
  end(pid: number, directory: string): Restored {
    const { kernel, options } = this.#site
    const { pidFile } = options
    if (this.#state?.pid !== pid) throw new Failure('criu has not told which process it has restored')
    const pidfd = kernel.here(pidfdOpen(pid))
    if (pidFile !== undefined) writePidFile(kernel, pidFile, pid)
    return { directory, state: this.#state, pidfd, master: this.#master }
  }

  /** criu gives the root the attributes of the mount that it was given, which must be writable for it. */
  #protectRoot(pid: number): void {
    const { kernel, config, plan } = this.#site
    if (!config.root.readonly || !plan.makes('mount')) return
    using pidfd = kernel.here(pidfdOpen(pid))
    using task = kernel.task({ namespaces: [], inherit: [pidfd] })
    // Who lives in there must not be able to look into the task (CVE-2016-9962).
    task.sys(setDumpable(0))
    task.sys(setns(task.inherit(pidfd), ['NEWNS']))
    using root = task.sys(openat('cwd', '/', ['PATH', 'DIRECTORY']))
    protectRoot(task.sys, root)
    task.sys.flush()
  }

  /** Hooks that set up a network do so again: criu has made a new namespace. */
  #runHooks(pid: number): void {
    const { kernel, config, undo } = this.#site
    const { prestart, createRuntime } = config.hooks
    if (prestart.length + createRuntime.length === 0) return
    const state = stateInTheMaking(this.#site)
    const json = stateJson(state, 'creating', pid)
    undo.defer(() => {
      try {
        hooksOutside(kernel, 'poststop', config.hooks, { state, status: 'stopped', pid: 0 })
      } catch (error) {
        this.#options.warn(error)
      }
    })
    runHooks(kernel, { kind: 'prestart', hooks: prestart, state: json, start: kernel.start })
    runHooks(kernel, { kind: 'createRuntime', hooks: createRuntime, state: json, start: kernel.start })
  }

  #takeTerminal(descriptor: Fd): void {
    const { here } = this.#site.kernel
    const { consoleSocket } = this.#options
    if (consoleSocket === undefined) this.#master = here(duplicate(descriptor, 0))
    else sendDescriptor(here, consoleSocket, { text: '/dev/ptmx', fd: descriptor })
  }
}

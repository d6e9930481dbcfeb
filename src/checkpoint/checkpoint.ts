// Saves a running container to files: criu dumps its processes, and, unless they are to run on, ends them.

import { openat, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { inherited } from '#ffi/perform/here.ts'
import { legacyOf, unifiedOf } from '#src/cgroups/record.ts'
import { cgroupTree } from '#src/cgroups/tree.ts'
import { destroy } from '#src/container/delete.ts'
import { savedConfig } from '#src/container/saved-config.ts'
import { statusOf } from '#src/container/status.ts'
import { find, type Known, lock } from '#src/container/store.ts'
import { Failure } from '#src/failure.ts'
import { inUserNamespace } from '#src/namespaces/own.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { converse } from './criu.ts'
import { saveDescriptors } from './descriptors.ts'
import { dumpedMounts, dumpedNamespaces, refuseMapped } from './external.ts'
import { option, pageServer } from './messages.ts'
import type { Message } from './protobuf.ts'
import { configFile, openPlaces, placeOptions, type Settings, settingOptions } from './settings.ts'

/** What `checkpoint` is told. */
export interface CheckpointOptions extends Settings {
  readonly store: string
  readonly id: string
  readonly leaveRunning: boolean
  /** Save memory alone, for a dump that will follow. */
  readonly preDump: boolean
  /** The image of the pre-dump before, as seen from the image directory. */
  readonly parentPath: string | undefined
  readonly pageServer: { readonly address: string; readonly port: number } | undefined
  readonly tcpSkipInFlight: boolean
  readonly linkRemap: boolean
  /** Of the caller: gets a NUL when lazy pages can be asked for. */
  readonly statusFd: number | undefined
  /** Told what went wrong without changing the result. */
  readonly warn: (error: unknown) => void
}

const LOG = 'dump.log'

/** Saves a container. One that is not left running is gone afterwards, as with runc. Throws a Failure. */
export function checkpoint(kernel: Kernel, options: CheckpointOptions): void {
  const { here } = kernel
  doing(`checkpoint container "${options.id}"`, () => {
    using held = lock(here, options.store, options.id)
    const known = find(here, options.store, options.id)
    const status = statusOf(here, known)
    if (status !== 'running' && status !== 'paused')
      throw new Failure(`container cannot be checkpointed in ${status} state`)
    dump(kernel, known, options)
    if (!options.leaveRunning && !options.preDump) destroy(kernel, known, { warn: options.warn, savedConfig })
    return held
  })
}

function dump(kernel: Kernel, known: Known, options: CheckpointOptions): void {
  const { here } = kernel
  using open = new DisposableStack()
  const places = openPlaces(here, options, { directory: known.directory, open })
  if (!options.preDump) saveDescriptors(here, known.state.pid, { cgroup: known.state.cgroup, image: options.imagePath })
  const nothing = open.use(here(openat('cwd', '/dev/null', ['RDWR'])))
  converse(kernel, {
    request: options.preDump ? 'pre-dump' : 'dump',
    options: [
      ...placeOptions(places, LOG),
      option('work_dir_fd', places.work.number),
      ...settingOptions(options),
      ...flagOptions(options),
      ...containerOptions(kernel, known),
    ],
    searchPath: options.searchPath,
    stdio: nothing,
    log: `${places.workPath}/${LOG}`,
    heard: ({ at }) => {
      if (at === 'status-ready' && options.statusFd !== undefined)
        here(put(inherited(options.statusFd, 'status'), '\0'))
    },
  })
}

/** What criu is told of the flags that `checkpoint` has alone. */
export function flagOptions(options: CheckpointOptions): Message {
  const { pageServer: server, parentPath } = options
  return [
    option('leave_running', options.leaveRunning),
    option('tcp_skip_in_flight', options.tcpSkipInFlight),
    option('link_remap', options.linkRemap),
    option('parent_img', parentPath),
    // What has changed since is known only where the kernel was asked to watch.
    option('track_mem', options.preDump || parentPath !== undefined),
    option('ps', server === undefined ? undefined : pageServer(server.address, server.port)),
  ]
}

/** What criu is told of the container itself. */
function containerOptions({ here }: Kernel, { state, directory }: Known): Message {
  const config = savedConfig(here, directory)
  refuseMapped(config)
  const plan = planNamespaces(config.linux.namespaces)
  using root = here(openat('cwd', `/proc/${state.pid}/root`, ['PATH', 'DIRECTORY']))
  const context = {
    config,
    bundle: state.bundle,
    userNamespace: plan.has('user') || inUserNamespace(here),
    cgroups: cgroupTree(here, state.cgroup, plan.makes('cgroup')),
  }
  const freezer = legacyOf(state.cgroup, 'freezer') ?? unifiedOf(state.cgroup)
  return [
    option('pid', state.pid),
    option('root', state.rootfs),
    option('freeze_cgroup', freezer?.path),
    ...configFile(here, state.annotations),
    ...dumpedMounts(here, root, context),
    ...dumpedNamespaces(here, config, state.pid),
  ]
}

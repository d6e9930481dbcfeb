// The container's root, from the first mount to the moment when the host's is out of sight. The order of mounts and
// hooks is the specification's (runtime.md, "Lifecycle").

import type { Fd } from '#ffi/fd.ts'
import type { Task } from '#ffi/perform/kernel.ts'
import { cgroupTree } from '#src/cgroups/tree.ts'
import { allocatePty, type Pty } from '#src/console/pty.ts'
import { doing } from '#ffi/context.ts'
import { mkdirat, openat } from '#ffi/calls/file.ts'
import { mountSetattr } from '#ffi/calls/mount.ts'
import { Failure } from '#src/failure.ts'
import { readText } from '#src/files.ts'
import { attach } from '#src/rootfs/attach.ts'
import { bindConsole } from '#src/rootfs/console.ts'
import { devIsBound, devIsFresh, makeDevices } from '#src/rootfs/devices.ts'
import { finishMounts, makeMounts } from '#src/rootfs/mounts.ts'
import { maskPaths, protectPaths, verifyHostNull } from '#src/rootfs/paths.ts'
import { coverRoot, cutOff, makeParentPrivate, mountRoot, pivot, protectRoot, spreadRoot } from '#src/rootfs/pivot.ts'
import { directoryInRoot } from '#src/rootfs/resolve.ts'
import { hooksBeforePivot } from './lifecycle-hooks.ts'
import { throwAwayRoot } from './overlay.ts'
import type { Site } from './site.ts'

/** Makes the root of a task and enters it. Gives the terminal if the process has one. */
export function furnishRoot(site: Site, task: Task): Pty | undefined {
  const { kernel, config, process, plan, rootfs } = site
  if (!plan.makes('mount')) {
    if (!plan.has('mount'))
      throw new Failure('linux.namespaces has no mount namespace, without which nothing is contained')
    // Who joins another container's mounts takes them as they are.
    return undefined
  }
  const { sys } = task
  const { rootfsPropagation } = config.linux
  const rootBefore = openRoot(site)
  cutOff(sys, rootfsPropagation)
  if (rootfsPropagation.endsWith('shared'))
    makeParentPrivate(sys, rootfs, readText(kernel.here, '/proc/self/mountinfo'))
  using root = mountRoot(
    sys,
    site.options.throwAway ? throwAwayRoot(sys, rootfs, layerPlace(site)) : rootfs,
    rootfsPropagation,
  )
  using before = rootBefore
  const later = makeMounts(
    {
      task: sys,
      here: kernel.here,
      root,
      rootBefore: before,
      bundle: site.options.bundle,
      userNamespace: site.userNamespace,
      cgroups: { ...cgroupTree(kernel.here, site.cgroup, plan.makes('cgroup')), userNamespace: site.userNamespace },
      label: config.linux.mountLabel,
      mapped: new Map(Array.from(site.mapped, ([mount, source]) => [mount, task.inherit(source)])),
    },
    config.mounts,
  )
  mountExtra(site, task, root)
  if (!devIsBound(config.mounts))
    makeDevices({ task: sys, root, bind: site.userNamespace, fresh: devIsFresh(config.mounts) }, config.linux.devices)
  const pty = process.terminal ? terminal(site, task, root) : undefined
  // The specification runs them when everything is mounted and the host is still in sight.
  hooksBeforePivot(site, task)
  makeCwd(task, root, process.cwd)
  finishMounts(sys, later)
  protectPaths(sys, root, config.linux.readonlyPaths)
  // The last ones: they must lie on top, and they take the host's /dev/null, which is out of sight soon.
  if (config.linux.maskedPaths.length > 0) verifyHostNull(kernel.here)
  maskPaths(sys, root, config.linux.maskedPaths, config.linux.mountLabel)
  if (config.root.readonly) protectRoot(sys, root)
  enterRoot(site, task, root)
  spreadRoot(sys, root, rootfsPropagation)
  return pty
}

function mountExtra({ options: { extraMount }, extraTree }: Site, task: Task, root: Fd): void {
  if (extraMount === undefined || extraTree === undefined) return
  using target = directoryInRoot(task.sys, root, extraMount.destination)
  const tree = task.inherit(extraTree)
  attach(task.sys, tree, target)
  task.sys(mountSetattr(tree, 'this', extraMount.change))
}

function enterRoot({ kernel, options }: Site, task: Task, root: Fd): void {
  if (!options.noPivot) return pivot(task.sys, root)
  coverRoot(task.sys, root, () => readText(kernel.here, `/proc/${task.pid}/mountinfo`))
}

/** An empty directory for the layers of a throw-away root; it goes with the state directory. */
function layerPlace({ kernel, directory }: Site): string {
  const place = `${directory}/layers`
  kernel.here(mkdirat('cwd', place, 0o700))
  return place
}

/** The root as it is before anything is mounted on it: a directory, or a Failure. */
function openRoot({ kernel, rootfs }: Site): Fd {
  return doing(`open the root "${rootfs}"`, () => kernel.here(openat('cwd', rootfs, ['PATH', 'DIRECTORY'])))
}

function terminal({ kernel, process }: Site, task: Task, root: Fd): Pty {
  const { consoleSize } = process
  const size = consoleSize === undefined ? undefined : { rows: consoleSize.height, columns: consoleSize.width }
  const pty = allocatePty(kernel, task, root, size)
  bindConsole(task.sys, root, pty.terminal)
  return pty
}

/** The working directory is made where it is missing, as Docker users expect of WORKDIR. */
function makeCwd({ sys }: Task, root: Fd, cwd: string): void {
  if (cwd === '/') return
  doing(`make the working directory "${cwd}"`, () => directoryInRoot(sys, root, cwd)[Symbol.dispose]())
}

// The root that criu restores a container into: a mount of its own, with the places that mounts go on. An image of a
// checkpoint says what is mounted, and not that the directories are there: on another host they may be missing.

import type { Sys, TaskSys } from '#ffi/call.ts'
import { fstat, openat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { hostPath } from '#src/rootfs/mounts.ts'
import { openHost } from '#src/rootfs/attach.ts'
import { cutOff, mountRoot } from '#src/rootfs/pivot.ts'
import { components, containsLink, directoryInRoot, fileInRoot, withoutLinks } from '#src/rootfs/resolve.ts'
import { isBind } from './external.ts'

/** Makes a root a mount of its own, where it is: criu restores into nothing less. In a mount namespace of criu's own. */
export function mountRootForCriu(sys: TaskSys, rootfs: string): void {
  cutOff(sys, '')
  mountRoot(sys, rootfs, '')[Symbol.dispose]()
}

/** Makes the places of mounts that are missing in the root itself; what lies on other mounts is theirs. */
export function makeMountPoints(
  here: Sys,
  path: string,
  { mounts, bundle }: { mounts: readonly Mount[]; bundle: string },
) {
  using root = here(openat('cwd', path, ['PATH', 'DIRECTORY']))
  for (const [i, entry] of mounts.entries()) {
    const above = mounts.slice(0, i).some((earlier) => lies(entry.destination, earlier.destination))
    if (!above)
      doing(`make the place of mounts[${i}], "${entry.destination}"`, () => makePlace(here, root, entry, bundle))
  }
}

function makePlace(here: Sys, root: Fd, entry: Mount, bundle: string): void {
  const { destination } = entry
  const path = containsLink(here, root, destination) ? withoutLinks(here, root, destination) : destination
  const directory = !isBind(entry) || isDirectory(here, hostPath(entry, bundle))
  using made = directory ? directoryInRoot(here, root, path) : fileInRoot(here, root, path)
  void made
}

function isDirectory(here: Sys, path: string): boolean {
  using source = openHost(here, path)
  return here(fstat(source)).type === 'directory'
}

/** Whether a path lies below another one. */
function lies(path: string, above: string): boolean {
  const [inner, outer] = [components(path), components(above)]
  return inner.length > outer.length && outer.every((name, i) => inner[i] === name)
}

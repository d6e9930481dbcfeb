// Bind mounts whose files show other owners than they have (`idmap`, `ridmap`, `mounts[].uidMappings`). Only who has power
// over the file system may do this to a mount: so bunc copies and maps the sources, and the task is born with them.

import { openat } from '#ffi/calls/file.ts'
import { mountSetattr } from '#ffi/calls/mount.ts'
import { unshare } from '#ffi/calls/namespace.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { Failure } from '#src/failure.ts'
import type { OpenJoin } from '#src/namespaces/enter.ts'
import { type IdMaps, mapIds } from '#src/namespaces/map-ids.ts'
import { boundTree } from '#src/rootfs/attach.ts'
import { bindPlan, hostPath, inspectSource } from '#src/rootfs/mounts.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'

/** What mapping needs to know of a container. */
export interface MappingSetting {
  readonly config: Config
  readonly bundle: string
  readonly joins: readonly OpenJoin[]
  /** Whether the container is in another user namespace than the host. */
  readonly userNamespace: boolean
  /** What closes the descriptors. */
  readonly open: DisposableStack
}

/** Takes what a container mounts, gives the mapped copy of the source of each mount that has a mapping. */
export function mappedSources(kernel: Kernel, setting: MappingSetting): ReadonlyMap<Mount, Fd> {
  const sources = new Map<Mount, Fd>()
  for (const [i, mount] of setting.config.mounts.entries())
    if (isMapped(mount))
      doing(`map the ids of mounts[${i}], "${mount.destination}"`, () => {
        sources.set(mount, mapped(kernel, setting, mount))
      })
  return sources
}

/** Whether the files of a mount show other owners than they have. */
export function isMapped({ options, uidMappings }: Mount): boolean {
  return uidMappings.length > 0 || options.includes('idmap') || options.includes('ridmap')
}

function mapped(kernel: Kernel, setting: MappingSetting, mount: Mount): Fd {
  const { here } = kernel
  const plan = parseOptions(mount.options)
  using namespace = mappingOf(kernel, setting, mount)
  if (plan.bind === 'no' && mount.type !== 'bind') throw new Failure('an id mapping is for bind mounts alone')
  const source = hostPath(mount, setting.bundle)
  const { attributes } = inspectSource(here, source, {
    locked: setting.userNamespace,
    follow: !plan.links.includes('source'),
  })
  const tree = setting.open.use(boundTree(here, source, bindPlan(plan), attributes))
  here(mountSetattr(tree, plan.idmap === 'recursive' ? 'recursive' : 'this', { idmap: namespace }))
  return tree
}

/** A user namespace with the mapping of a mount: its own, or that of the container. */
function mappingOf(kernel: Kernel, { config: { linux }, joins }: MappingSetting, mount: Mount): Fd {
  const { uidMappings: uids, gidMappings: gids } = mount.uidMappings.length > 0 ? mount : linux
  const joined = joins.find(({ type }) => type === 'user')
  if (mount.uidMappings.length === 0 && joined !== undefined) return kernel.here(openat('cwd', joined.path, ['RDONLY']))
  return namespaceWith(kernel, { uids, gids })
}

/** A user namespace that nobody lives in: its file keeps it when the task that made it is gone. */
function namespaceWith(kernel: Kernel, maps: IdMaps): Fd {
  using maker = kernel.task({ namespaces: [] })
  maker.sys(unshare(['NEWUSER']))
  maker.sys.flush()
  mapIds(kernel, maker.pid, maps)
  return kernel.here(openat('cwd', `/proc/${maker.pid}/ns/user`, ['RDONLY']))
}

// What `apply` would refuse or leave out on this host, found out without a cgroup: fields that the host's version of
// cgroups has no file for, and controllers that it lacks.

import type { Sys } from '#ffi/call.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { detectLayout, type Layout, TOP } from './layout.ts'
import type { Family } from './resources/row.ts'
import { FAMILIES } from './resources/table.ts'
import { readValueIfThere, wordsOf } from './values.ts'

/** Something that will not be set. */
export interface Foreseen {
  /** Its path below linux.resources. */
  readonly field: string
  readonly message: string
  /** Whether the container is made all the same. */
  readonly ignored: boolean
}

/** Takes resources, gives what of them this host cannot set. */
export function foresee(sys: Sys, resources: LinuxResources): readonly Foreseen[] {
  const layout = detectLayout(sys)
  const unified = layout.find(({ version }) => version === 2)
  const offered =
    unified === undefined ? [] : wordsOf(readValueIfThere(sys, `${unified.mount}/cgroup.controllers`) ?? '')
  const found = FAMILIES.flatMap((family) => foreseeFamily({ layout, offered }, family, resources))
  for (const file of Object.keys(resources.unified ?? {})) {
    const message = missingFor({ layout, offered }, file)
    if (message !== undefined) found.push({ field: `unified["${file}"]`, message, ignored: false })
  }
  return found
}

/** What the host has. */
interface Has {
  readonly layout: Layout
  /** Controllers of version 2. */
  readonly offered: readonly string[]
}

function foreseeFamily({ layout, offered }: Has, { controller, rows }: Family, resources: LinuxResources): Foreseen[] {
  const [v1, v2] = controller
  const legacy = layout.some(({ controllers }) => controllers.includes(v1))
  const unified = layout.some(({ version }) => version === 2)
  const version = !legacy && unified ? 2 : 1
  const there = version === 1 ? legacy : offered.includes(v2)
  return rows.flatMap(({ field, plan }): Foreseen[] => {
    const settings = plan(version, resources)
    if (settings === undefined) return []
    if ('lack' in settings) {
      const ignored = settings.lack === 'ignored'
      return [{ field, message: `${ignored ? 'is ignored' : 'cannot be set'}: ${settings.reason}`, ignored }]
    }
    if (there || settings.length === 0) return []
    return [{ field, message: lacks(version === 1 ? v1 : v2), ignored: false }]
  })
}

function missingFor({ layout, offered }: Has, file: string): string | undefined {
  if (!layout.some(({ version }) => version === 2)) return 'is for version 2 of cgroups, which this host does not have'
  const controller = file.slice(0, Math.max(0, file.indexOf('.')))
  return controller === 'cgroup' || offered.includes(controller) ? undefined : lacks(controller)
}

function lacks(controller: string): string {
  return `needs the cgroup controller "${controller}", which is not below "${TOP}" of this host`
}

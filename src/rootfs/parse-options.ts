// Turns the options of one mount into what is asked of the kernel.

import type { MountAttribute, Propagation } from '#ffi/calls/mount.ts'
import { type LinkHandling, MOUNT_OPTIONS } from './options.ts'

/** Attributes to set and to clear. */
export interface AttributeChange {
  readonly set: MountAttribute[]
  readonly clear: MountAttribute[]
}

/** What the options of one mount ask for. */
export interface MountPlan {
  readonly bind: 'no' | 'this' | 'recursive'
  readonly attributes: AttributeChange
  /** Of the mount and all below it. */
  readonly recursive: AttributeChange
  readonly propagations: readonly { readonly propagation: Propagation; readonly scope: 'this' | 'recursive' }[]
  /** Flags of the superblock, for fsconfig(2). */
  readonly superblock: readonly string[]
  /** Options of the file system: `key` or `key=value`. */
  readonly data: readonly string[]
  readonly copyUp: boolean
  /** How far the mapping of ids reaches; `no` also where a mount has mappings and does not say. */
  readonly idmap: 'no' | 'this' | 'recursive'
  readonly links: readonly LinkHandling[]
}

/** Takes the options of a mount in their order, gives the plan. A later option overrides an earlier one. */
export function parseOptions(options: readonly string[]): MountPlan {
  const attributes: AttributeChange = { set: [], clear: [] }
  const recursive: AttributeChange = { set: [], clear: [] }
  const propagations: { propagation: Propagation; scope: 'this' | 'recursive' }[] = []
  const superblock = new Set<string>()
  const data: string[] = []
  let bind: MountPlan['bind'] = 'no'
  let copyUp = false
  const links: LinkHandling[] = []
  let idmap: MountPlan['idmap'] = 'no'
  for (const option of options) {
    const row = Object.hasOwn(MOUNT_OPTIONS, option) ? MOUNT_OPTIONS[option] : undefined
    if (row === undefined) data.push(option)
    else if (row.kind === 'bind') bind = row.recursive ? 'recursive' : 'this'
    else if (row.kind === 'idmap') idmap = row.recursive ? 'recursive' : 'this'
    else if (row.kind === 'link') links.push(row.how)
    else if (row.kind === 'propagation')
      propagations.push({ propagation: row.propagation, scope: row.recursive ? 'recursive' : 'this' })
    else if (row.kind === 'superblock') row.off ? superblock.delete(row.key) : superblock.add(row.key)
    else if (row.kind === 'tmpcopyup') copyUp = true
    else if (row.kind !== 'nothing') note(row.recursive ? recursive : attributes, row.kind, row.attribute)
  }
  return { bind, attributes, recursive, propagations, superblock: [...superblock], data, copyUp, idmap, links }
}

/** Takes a plan and an SELinux label, gives the plan with the label as `context=`, unless there is none or it has one. */
export function withLabel(plan: MountPlan, label: string): MountPlan {
  if (label === '' || plan.data.some(isLabel)) return plan
  return { ...plan, data: [...plan.data, `context=${label}`] }
}

/** Whether an option is the SELinux label of a whole file system. */
export function isLabel(option: string): boolean {
  return option.startsWith('context=')
}

/** An attribute is either set or cleared: the last word counts. */
function note(change: AttributeChange, kind: 'set' | 'clear', attribute: MountAttribute): void {
  const other = kind === 'set' ? change.clear : change.set
  const at = other.indexOf(attribute)
  if (at >= 0) other.splice(at, 1)
  if (!change[kind].includes(attribute)) change[kind].push(attribute)
}

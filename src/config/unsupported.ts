// What the specification has and bunc does not do yet. To ignore a limit or a label silently would be worse than to
// refuse it, so each of these fields is refused while its row stands here; building the feature deletes the row.

import type { Config } from './schema/config.ts'
import type { Process } from './schema/process.ts'
import { each, problem, rulesOf, rulesWithin, type Rule, type RuleSet } from './rule.ts'

/** Takes a field's path and whether a document uses it. */
function unsupported<Subject>(field: string, spec: string, used: (subject: Subject) => boolean): Rule<Subject> {
  return {
    name: `${field} is not supported yet`,
    spec,
    reads: [field],
    check: (subject) => (used(subject) ? [{ path: field, message: 'is not supported yet' }] : []),
  }
}

const isUsed = (map: object | undefined) => map !== undefined && Object.keys(map).length > 0

const PROCESS = 'config.md#linux-process'

export const unsupportedInProcess: readonly Rule<Process>[] = [
  unsupported('scheduler', PROCESS, ({ scheduler }) => scheduler !== undefined),
  unsupported('ioPriority', PROCESS, ({ ioPriority }) => ioPriority !== undefined),
  unsupported('execCPUAffinity', PROCESS, ({ execCPUAffinity: { initial, final } }) => initial !== '' || final !== ''),
  unsupported('selinuxLabel', PROCESS, ({ selinuxLabel }) => selinuxLabel !== ''),
]

/** What lies in no part that has rows of its own. */
export const unsupportedElsewhere: readonly Rule<Config>[] = [
  {
    name: 'mappings of single mounts are not supported yet',
    spec: 'config.md#posix-platform-mounts',
    reads: ['mounts'],
    check: ({ mounts }) =>
      each(mounts, ({ uidMappings, gidMappings }, index) => [
        ...(uidMappings.length > 0 ? problem(['mounts', index, 'uidMappings'], 'is not supported yet') : []),
        ...(gidMappings.length > 0 ? problem(['mounts', index, 'gidMappings'], 'is not supported yet') : []),
      ]),
  },
  unsupported('linux.netDevices', 'config-linux.md#network-devices', ({ linux }) => isUsed(linux.netDevices)),
  unsupported('linux.intelRdt', 'config-linux.md#intelrdt', ({ linux }) => linux.intelRdt !== undefined),
  unsupported('linux.memoryPolicy', 'config-linux.md#memory-policy', ({ linux }) => linux.memoryPolicy !== undefined),
  unsupported('linux.mountLabel', 'config-linux.md#mount-label', ({ linux }) => linux.mountLabel !== ''),
  unsupported('linux.personality', 'config-linux.md#personality', ({ linux }) => linux.personality !== undefined),
]

/** The rows of config.json, those of its parts included. */
export const unsupportedInConfig: readonly RuleSet<Config>[] = [
  rulesWithin('process', ({ process }) => process, unsupportedInProcess),
  rulesOf(unsupportedElsewhere),
]

// What the specification has and bunc does not do yet. To ignore a limit or a label silently would be worse than to
// refuse it, so each of these fields is refused while its row stands here; building the feature deletes the row.

import type { Config } from './schema/config.ts'
import type { LinuxSeccomp } from './schema/seccomp.ts'
import { each, problem, rulesWithin, type Rule, type RuleSet } from './rule.ts'

const REFUSED = ' is not supported yet'

/** Takes a field's path and whether a document uses it. */
function unsupported<Subject>(field: string, spec: string, used: (subject: Subject) => boolean): Rule<Subject> {
  return {
    name: `${field}${REFUSED}`,
    spec,
    reads: [field],
    check: (subject) => (used(subject) ? [{ path: field, message: 'is not supported yet' }] : []),
  }
}

const SECCOMP = 'config-linux.md#seccomp'

export const unsupportedInSeccomp: readonly Rule<LinuxSeccomp>[] = [
  unsupported('listenerPath', SECCOMP, ({ listenerPath }) => listenerPath !== ''),
  unsupported('listenerMetadata', SECCOMP, ({ listenerMetadata }) => listenerMetadata !== ''),
  {
    name: `SCMP_ACT_NOTIFY${REFUSED}`,
    spec: SECCOMP,
    reads: ['syscalls'],
    check: ({ syscalls }) =>
      each(syscalls, ({ action }, index) =>
        action === 'SCMP_ACT_NOTIFY' ? problem(['syscalls', index, 'action'], `${action} is not supported yet`) : [],
      ),
  },
]

/** The rows of config.json, those of its parts included. */
export const unsupportedInConfig: readonly RuleSet<Config>[] = [
  rulesWithin('linux.seccomp', ({ linux }) => linux.seccomp, unsupportedInSeccomp),
]

/** Takes a field as its row has it, says whether a document may use it: `features` asks, so that there is no second list. */
export function isBuilt(field: string): boolean {
  return unsupportedInSeccomp.every(({ name }) => name !== `${field}${REFUSED}`)
}

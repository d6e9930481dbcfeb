// Every rule that a document is held to, in the order in which its breaches are told.

import type { Config } from './schema/config.ts'
import { problem, rulesOf, rulesWithin, type Rule, type RuleSet } from './rule.ts'
import { hookRules } from './rules/hooks.ts'
import { linuxRules } from './rules/linux.ts'
import { mountRules } from './rules/mounts.ts'
import { namespaceRules } from './rules/namespaces.ts'
import { processRules } from './rules/process.ts'
import { resourceRules } from './rules/resources.ts'
import { seccompRules } from './rules/seccomp.ts'
import { sysctlRules } from './rules/sysctl.ts'
import { shown } from './shown.ts'

const version: Rule<Config> = {
  name: 'ociVersion is of major version 1',
  spec: 'config.md#specification-version',
  reads: ['ociVersion'],
  // A newer minor version only adds what may be ignored.
  check: ({ ociVersion }) =>
    ociVersion.startsWith('1.') && ociVersion.charAt(2) >= '0' && ociVersion.charAt(2) <= '9'
      ? []
      : problem(['ociVersion'], `${shown(ociVersion)} is not a version 1 of the runtime specification`),
}

/** The rules of config.json. */
export const configRules: readonly RuleSet<Config>[] = [
  rulesOf([version]),
  rulesOf(mountRules),
  rulesWithin('process', ({ process }) => process, processRules),
  rulesOf(hookRules),
  rulesOf(namespaceRules),
  rulesOf(sysctlRules),
  rulesOf(linuxRules),
  rulesWithin('linux.resources', ({ linux }) => linux.resources, resourceRules),
  rulesWithin('linux.seccomp', ({ linux }) => linux.seccomp, seccompRules),
]

// All that is wrong with a config at once: the text, the fields, the rules of the specification, and what this host lacks.
// Makes nothing. A problem is an error if `create` would refuse the config for it.

import type { Sys } from '#ffi/call.ts'
import { examineConfig } from '#src/config/config.ts'
import { ConfigError, type Problem } from '#src/config/problem.ts'
import { problem, type Rule, rulesOf } from '#src/config/rule.ts'
import { hasNamespace } from '#src/config/rules/namespaces.ts'
import { unknownFields } from '#src/config/unknown-fields.ts'
import type { Look } from './look.ts'
import { fileRules } from './rules/files.ts'
import { kernelRules, kernelWarnings } from './rules/kernel.ts'
import { mountOptionErrors, mountOptionWarnings } from './rules/mount-options.ts'
import { resourceErrors, resourceWarnings } from './rules/resources.ts'
import { securityErrors, securityWarnings } from './rules/security.ts'
import { sectionOf } from './sections.ts'

/** One thing that is wrong, or worth a word. */
export interface Finding extends Problem {
  readonly severity: 'error' | 'warning'
  readonly spec: string
}

/** A config to be looked at. */
export interface Validated {
  readonly text: string
  /** The name that its user knows it by. */
  readonly file: string
  /** Directory of the bundle, an absolute path; undefined where there is none. */
  readonly bundle: string | undefined
}

/** What `create` needs although the specification does not. */
const needed: readonly Rule<Look>[] = [
  {
    name: 'there is a process',
    spec: 'config.md#process',
    reads: ['process'],
    check: ({ config }) => (config.process === undefined ? problem(['process'], 'is missing') : []),
  },
  {
    name: 'there is a mount namespace',
    spec: 'config-linux.md#namespaces',
    reads: ['linux.namespaces'],
    check: ({ config }) =>
      hasNamespace(config, 'mount')
        ? []
        : problem(['linux', 'namespaces'], 'has no mount namespace, without which nothing is contained'),
  },
]

const errors = rulesOf([
  ...needed,
  ...fileRules,
  ...mountOptionErrors,
  ...kernelRules,
  ...resourceErrors,
  ...securityErrors,
])
const warnings = rulesOf([...kernelWarnings, ...mountOptionWarnings, ...resourceWarnings, ...securityWarnings])

/** Gives all findings, errors first. An empty list: `create` has nothing to say against it. */
export function validate(here: Sys, { text, file, bundle }: Validated): readonly Finding[] {
  try {
    const { value, cuts, problems } = examineConfig(text, file)
    const unknown = unknownFields(text, file)
    if (value === undefined) return [...found('error', problems), ...found('warning', unknown)]
    const look: Look = { here, config: value, bundle }
    // A rule over the whole has said it better than one of these would.
    const ofHost = errors(look, cuts).filter(({ path }) => !problems.some((one) => one.path === path))
    return [...found('error', [...problems, ...ofHost]), ...found('warning', [...unknown, ...warnings(look, cuts)])]
  } catch (error) {
    if (error instanceof ConfigError) return found('error', error.problems)
    throw error
  }
}

function found(severity: Finding['severity'], problems: readonly Problem[]): readonly Finding[] {
  return problems.map(({ path, message, spec }) => ({ severity, path, message, spec: spec ?? sectionOf(path) }))
}

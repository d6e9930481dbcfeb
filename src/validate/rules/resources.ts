// Limits that this host cannot set, with the reasons of those who set them.

import { problem, type Rule } from '#src/config/rule.ts'
import { detectLayout, TOP } from '#src/cgroups/layout.ts'
import { foresee } from '#src/cgroups/foresee.ts'
import type { Look } from '../look.ts'

function limits(ignored: boolean): Rule<Look> {
  return {
    name: ignored ? 'this host can set every limit' : 'this host can set every limit that is relied upon',
    spec: 'config-linux.md#control-groups',
    reads: ['linux.resources'],
    check: ({ here, config }) =>
      foresee(here, config.linux.resources)
        .filter((one) => one.ignored === ignored)
        .map(({ field, message }) => ({ path: `linux.resources.${field}`, message })),
  }
}

const mounted: Rule<Look> = {
  name: 'the host has cgroups',
  spec: 'config-linux.md#control-groups',
  reads: [],
  check: ({ here }) =>
    detectLayout(here).length > 0
      ? []
      : problem(['linux', 'resources'], `no cgroup file system is mounted on "${TOP}"`),
}

export const resourceErrors: readonly Rule<Look>[] = [mounted, limits(false)]
export const resourceWarnings: readonly Rule<Look>[] = [limits(true)]

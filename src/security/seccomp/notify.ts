// SCMP_ACT_NOTIFY: a profile as two filters. The kernel hands out a listener when a filter is installed, and somebody must
// take it to the agent while that filter is in force already; whatever is called meanwhile would need a place in the
// profile. So what asks the agent is a filter of its own: it asks where the profile says so and allows all else. It goes
// in while bunc is there to fetch the listener. The other filter, with ALLOW in the place of NOTIFY, goes in where it
// always does, before the execve. Of two verdicts the kernel takes the stricter one (seccomp(2)), and ALLOW is the least
// strict of all: together they say what the profile says.

import { ACTIONS } from './actions.ts'
import type { Branch } from './decision.ts'
import { addRange, type Policy, type Ranges } from './policy.ts'
import type { Profile } from './profile.ts'
import { always } from './rules.ts'

const { SCMP_ACT_NOTIFY: NOTIFY, SCMP_ACT_ALLOW: ALLOW } = ACTIONS

/** Whether a profile asks an agent about anything. */
export function notifies({ syscalls = [] }: Profile): boolean {
  return syscalls.some(({ action }) => action === 'SCMP_ACT_NOTIFY')
}

/** Takes what a profile means, gives the part of it that asks the agent; all else is allowed. */
export function asking(policy: Policy): Policy {
  return translated(policy, (value) => (value === NOTIFY ? NOTIFY : ALLOW))
}

/** Takes what a profile means, gives the part of it that asks nobody; what would be asked about is allowed. */
export function deciding(policy: Policy): Policy {
  return translated(policy, (value) => (value === NOTIFY ? ALLOW : value))
}

/** Gives a policy with other verdicts, and without the comparisons that no longer make a difference. */
function translated({ families, fallback, unnamed }: Policy, verdict: (value: number) => number): Policy {
  const last = verdict(fallback.outcome?.value ?? ALLOW)
  const done = new Map<Branch, Branch>()
  const verdicts = new Map<number, Branch>()
  const translate = (branch: Branch): Branch => {
    const present = done.get(branch)
    if (present !== undefined) return present
    const { outcome, nodes } = simplified(renamed(branch, verdict), last)
    const after = outcome !== undefined && nodes.length === 0 ? always(outcome, verdicts) : { outcome, nodes }
    done.set(branch, after)
    return after
  }
  return {
    families: families.map(({ audit, members, starts, decisions }) => {
      const ranges: Ranges = { starts: [], decisions: [] }
      for (const [i, start] of starts.entries()) addRange(ranges, start, translate(decisions[i] ?? fallback))
      return { audit, members, ...ranges }
    }),
    fallback: translate(fallback),
    unnamed: translate(unnamed),
  }
}

function renamed({ outcome, nodes }: Branch, verdict: (value: number) => number): Branch {
  return {
    outcome: outcome === undefined ? undefined : { ...outcome, value: verdict(outcome.value) },
    nodes: nodes.map(({ comparison, yes, no }) => ({
      comparison,
      yes: yes === undefined ? undefined : renamed(yes, verdict),
      no: no === undefined ? undefined : renamed(no, verdict),
    })),
  }
}

/** One outcome where every answer leads to the same; `last` is that of a tree in which nothing holds. */
function simplified(branch: Branch, last: number): Branch {
  const values = new Set([branch.outcome?.value ?? last])
  collect(branch, values)
  const [value = last] = values
  return values.size > 1 ? branch : { outcome: { value, rule: branch.outcome?.rule ?? -1 }, nodes: [] }
}

function collect({ outcome, nodes }: Branch, values: Set<number>): void {
  if (outcome !== undefined) values.add(outcome.value)
  for (const { yes, no } of nodes) {
    if (yes !== undefined) collect(yes, values)
    if (no !== undefined) collect(no, values)
  }
}

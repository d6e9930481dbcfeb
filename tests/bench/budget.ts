// Table: the most that a command may cost, in counts and not in times, so that it means the same on every machine. For the
// container of `bunc spec` without a terminal, on a host of cgroup v1, which takes the most calls. What is spent less can be
// taken off here; to spend more is a decision, with a reason in the commit. No code.

import type { Counted, Counts } from './counts.ts'

/** Instructions of a filter for all calls of `filters.ts` together, by the name that Bun gives the machine. */
export const FILTER_BUDGET: Readonly<Record<string, number>> = { x64: 173, arm64: 188 }

/** The budgets by command. */
export const BUDGET: Readonly<Record<Counted, Counts>> = {
  run: { roundTrips: 11, inTasks: 500, here: 222 },
  create: { roundTrips: 11, inTasks: 500, here: 160 },
  start: { roundTrips: 0, inTasks: 0, here: 36 },
  exec: { roundTrips: 10, inTasks: 86, here: 112 },
  state: { roundTrips: 0, inTasks: 0, here: 14 },
  kill: { roundTrips: 0, inTasks: 0, here: 20 },
  delete: { roundTrips: 0, inTasks: 0, here: 37 },
}

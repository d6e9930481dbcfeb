// Table: the most that a command may cost, in counts and not in times, so that it means the same on every machine. For the
// container of `bunc spec` without a terminal, on a host of cgroup v1, which takes the most calls. What is spent less can be
// taken off here; to spend more is a decision, with a reason in the commit. No code.

import type { Counted, Counts } from './counts.ts'
import type { EntryName } from './modules.ts'

/** Instructions of a filter for all calls of `filters.ts` together, by the name that Bun gives the machine. */
export const FILTER_BUDGET: Readonly<Record<string, number>> = { x64: 138, arm64: 185 }

/** The budgets by command. */
export const BUDGET: Readonly<Record<Counted, Counts>> = {
  run: { roundTrips: 7, inTasks: 324, here: 192, opened: 112 },
  create: { roundTrips: 7, inTasks: 324, here: 143, opened: 108 },
  start: { roundTrips: 0, inTasks: 0, here: 34, opened: 8 },
  exec: { roundTrips: 7, inTasks: 88, here: 100, opened: 30 },
  state: { roundTrips: 0, inTasks: 0, here: 13, opened: 3 },
  kill: { roundTrips: 0, inTasks: 0, here: 15, opened: 4 },
  delete: { roundTrips: 0, inTasks: 0, here: 34, opened: 6 },
}

/** Modules that are evaluated before a command does anything. */
export const MODULE_BUDGET: Readonly<Record<EntryName, number>> = {
  always: 126,
  'create, run, exec': 146,
  'list, ps, pause': 14,
  // Five of them tell doctor whether there is a snapshot.
  'rare commands': 262,
}

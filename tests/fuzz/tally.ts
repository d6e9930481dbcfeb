// What a process of the fuzzer has come to, and how several are added up.

/** Prints as one line of JSON. */
export interface Tally {
  cases: number
  /** How many there were of each kind of verdict. */
  kinds: Record<string, number>
  slowest: { seed: number; ms: number }
  /** The cases in which something is wrong. */
  wrong: object[]
}

/** Takes the tallies of processes that ran side by side, gives that of all. */
export function added(tallies: readonly Tally[]): Tally {
  const sum: Tally = { cases: 0, kinds: {}, slowest: { seed: 0, ms: 0 }, wrong: [] }
  for (const { cases, kinds, slowest, wrong } of tallies) {
    sum.cases += cases
    for (const [kind, count] of Object.entries(kinds)) sum.kinds[kind] = (sum.kinds[kind] ?? 0) + count
    if (slowest.ms > sum.slowest.ms) sum.slowest = slowest
    sum.wrong.push(...wrong)
  }
  return sum
}

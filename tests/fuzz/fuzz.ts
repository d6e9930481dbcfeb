// Tries cases until they, or the time, are up, and prints what it has found as JSON.
//
//   bun tests/fuzz/fuzz.ts FIRST COUNT SECONDS FILE    cases FIRST, FIRST + 1, ...; FILE always names the one at hand
//   bun tests/fuzz/fuzz.ts FIRST                       that case alone, in full

import { openSync, writeSync } from 'node:fs'

import { tried } from './cases.ts'
import type { Tally } from './tally.ts'

const [file = '/dev/null'] = Bun.argv.slice(5)
const [first = 1, count = 1, seconds = 60] = Bun.argv.slice(2, 5).map(Number)
const end = performance.now() + seconds * 1_000
const atHand = openSync(file, 'w')
const tally: Tally = { cases: 0, kinds: {}, slowest: { seed: first, ms: 0 }, wrong: [] }

for (; tally.cases < count && performance.now() < end && tally.wrong.length < 20; tally.cases++) {
  const seed = first + tally.cases
  // What hangs can be told only by whoever ends it.
  writeSync(atHand, `${seed}\n`, 0)
  const began = performance.now()
  const verdict = tried(seed)
  const ms = performance.now() - began
  if (ms > tally.slowest.ms) tally.slowest = { seed, ms }
  tally.kinds[verdict.kind] = (tally.kinds[verdict.kind] ?? 0) + 1
  if (verdict.wrong !== undefined) tally.wrong.push({ seed, ...verdict, input: verdict.input.slice(0, 300) })
  if (count === 1) console.error(JSON.stringify(verdict, undefined, 2))
}
console.log(JSON.stringify(tally))

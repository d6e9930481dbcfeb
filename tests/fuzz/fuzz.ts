// Tries cases until they, or the time, are up, and prints what it has found as JSON.
//
//   bun tests/fuzz/fuzz.ts FIRST COUNT SECONDS    cases FIRST, FIRST + 1, ...
//   bun tests/fuzz/fuzz.ts FIRST                  that case alone, in full

import { tried } from './cases.ts'

const [first = 1, count = 1, seconds = 60] = Bun.argv.slice(2).map(Number)
const end = performance.now() + seconds * 1_000
const kinds: Record<string, number> = {}
const wrong: object[] = []
let slowest = { seed: first, ms: 0 }
let cases = 0

for (; cases < count && performance.now() < end && wrong.length < 20; cases++) {
  const began = performance.now()
  const verdict = tried(first + cases)
  const ms = performance.now() - began
  if (ms > slowest.ms) slowest = { seed: first + cases, ms }
  kinds[verdict.kind] = (kinds[verdict.kind] ?? 0) + 1
  if (verdict.wrong !== undefined) wrong.push({ seed: first + cases, ...verdict, input: verdict.input.slice(0, 300) })
  if (count === 1) console.error(JSON.stringify(verdict, undefined, 2))
}
console.log(JSON.stringify({ cases, kinds, slowest, wrong }))

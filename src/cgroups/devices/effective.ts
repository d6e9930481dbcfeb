// Leaves out the rules that change nothing: engines send every list twice, and each rule left costs the kernel a
// comparison on every open of a device.
//
// The meaning of a list: an access is allowed if the last rule that speaks of it allows it, and denied if none does.
// A request for several kinds of access is allowed if each of them is.

import { covers, EVERY_ACCESS, meet, readRules, type DeviceRule, type Rule } from './rule.ts'

/** Takes rules as the config has them, followed by those that always hold; gives those that matter, in their order. */
export function effectiveRules(given: readonly DeviceRule[]): readonly Rule[] {
  const heard: Rule[] = []
  for (const rule of readRules(given).toReversed()) {
    if (!heard.some((later) => covers(later, rule))) heard.push(rule)
  }
  const kept: Rule[] = []
  for (const rule of heard.reverse()) {
    // What is denied is denied anyway where nothing before it was allowed.
    if (rule.allow || kept.some((earlier) => earlier.allow && meet(earlier, rule))) kept.push(rule)
  }
  return kept
}

/** Whether rules that matter allow every access to every device, so that there is nothing to enforce. */
export function allowEverything(rules: readonly Rule[]): boolean {
  const [first] = rules
  return first !== undefined && isEverything(first) && rules.every(({ allow }) => allow)
}

function isEverything({ type, major, minor, access }: Rule): boolean {
  return type === undefined && major === undefined && minor === undefined && access === EVERY_ACCESS
}

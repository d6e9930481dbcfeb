// What in a profile has no effect on a machine: names of no system call there, architectures that it cannot run, rules
// that never decide. Not on the way to a running container, where nobody reads it.

import { verdict } from './actions.ts'
import { type Architecture, eachClass } from './architectures.ts'
import { decision } from './decision.ts'
import type { Machine } from './machine.ts'
import { MULTIPLEXED } from './multiplexed.ts'
import type { Profile } from './profile.ts'
import { readRules, rulesOf } from './rules.ts'

/** Takes a profile and the machine that it is for, gives one sentence for each part that is without effect. */
export function warnings(profile: Profile, machine: Machine): readonly string[] {
  return [...architectureWarnings(profile, machine), ...nameWarnings(profile, machine), ...ruleWarnings(profile)]
}

function architectureWarnings({ architectures = [] }: Profile, { name, native, others }: Machine): readonly string[] {
  const runs = new Set([native, ...others].map((architecture) => architecture.name))
  return architectures.flatMap((each, i) =>
    runs.has(each) ? [] : [`architectures[${i}]: "${each}" does not run on ${name}`],
  )
}

function nameWarnings(profile: Profile, { name: machineName, native, others }: Machine): readonly string[] {
  const covered = [native, ...others.filter(({ name }) => profile.architectures?.includes(name))]
  const known = new Set(covered.flatMap((architecture) => namesIn(profile, architecture)))
  return (profile.syscalls ?? []).flatMap(({ names }, i) =>
    names.flatMap((name, j) =>
      known.has(name) ? [] : [`syscalls[${i}].names[${j}]: "${name}" is no system call of ${machineName}`],
    ),
  )
}

/** Gives those names of a profile by which an architecture has a system call, or a way to one. */
function namesIn({ syscalls = [] }: Profile, architecture: Architecture): readonly string[] {
  const names = syscalls.flatMap((rule) => rule.names)
  const doors = Object.keys(MULTIPLEXED)
  const found = new Set<string>()
  const classes = new Map([...names, ...doors].map((name) => [name, name]))
  eachClass(architecture, classes, '', (_, name) => found.add(name))
  const behind = Object.entries(MULTIPLEXED).flatMap(([door, calls]) => (found.has(door) ? Object.keys(calls) : []))
  return [...found, ...behind]
}

/** Rules that contradict others, where the others win. One that only says the default is no contradiction. */
function ruleWarnings(profile: Profile): readonly string[] {
  const { syscalls = [] } = profile
  const { byName, fallback } = readRules(profile, true)
  const texts = new Set<string>()
  for (const [i, { names, action, errnoRet }] of syscalls.entries()) {
    const value = verdict(action, errnoRet)
    for (const name of names) {
      const winner = byName.get(name)?.alone?.outcome
      if (winner === undefined || winner.value === value || value === fallback.alone?.outcome?.value) continue
      texts.add(`syscalls[${i}]: "${name}" is decided by syscalls[${winner.rule}], whatever its arguments are`)
    }
  }
  for (const [name, said] of byName) {
    if (said.alone !== undefined) continue
    for (const { outcome } of decision(rulesOf(said, 64)).idle) {
      // What is said of a call is said of its multiplexer too, but nobody named that.
      if (!syscalls[outcome.rule]?.names.includes(name)) continue
      texts.add(
        `syscalls[${outcome.rule}]: "${name}" is decided by a rule before it, whose conditions are fewer or equal`,
      )
    }
  }
  return [...texts]
}

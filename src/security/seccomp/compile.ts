// Compiles a seccomp profile to the classic BPF program that seccomp(2) installs: one program for every architecture of
// the profile that the machine can run. Takes data and gives bytes; installing them is the business of others.
//
// The kernel (5.11 and newer) runs a new filter once for every system call number and remembers those that it allows
// whatever the arguments are: these never run the filter again. It follows loads of the number and the architecture,
// comparisons and AND, so the search uses nothing else.

import { assemble, branch, type Label, type Listing, load, newLabel, newListing, place, ret } from '#src/bpf/classic.ts'
import { BAD_ARCHITECTURE } from './actions.ts'
import { ARCHITECTURE, NUMBER, writeDecision } from './conditions.ts'
import type { Branch } from './decision.ts'
import type { Machine } from './machine.ts'
import { type ArchitecturePolicy, policy } from './policy.ts'
import type { Profile } from './profile.ts'
import { type Range, ranges } from './ranges.ts'
import { writeSearch } from './search.ts'

/** A program for seccomp(2). */
export interface Filter {
  /** struct sock_filter[], eight bytes each. */
  readonly program: Uint8Array<ArrayBuffer>
  readonly instructions: number
  /** What in the profile has no effect on this machine, as sentences with paths below `linux.seccomp`. */
  readonly warnings: readonly string[]
}

const BYTES_PER_INSTRUCTION = 8

/** Takes a profile and the machine it is for, gives its filter. The same profile always gives the same bytes. */
export function compile(profile: Profile, machine: Machine): Filter {
  const { architectures, fallback, warnings } = policy(profile, machine)
  const output = newOutput()
  const families = Map.groupBy(architectures, ({ architecture }) => architecture.audit)
  const entries = writeDispatch(output, [...families.keys()])
  for (const family of families.values()) {
    place(output.listing, entries.shift() ?? -1)
    load(output.listing, NUMBER)
    writeSearch(output.listing, ranges(family, fallback), (range) => exitOf(output, range, family))
  }
  for (const { label, decision, architecture } of output.pending.values()) {
    place(output.listing, label)
    const { bits, bigEndian } = architecture
    const writer = { listing: output.listing, wide: bits === 64, bigEndian, returns: output.returns }
    writeDecision(writer, decision, output.returns(fallback.value))
  }
  for (const [value, label] of output.values) {
    place(output.listing, label)
    ret(output.listing, value)
  }
  const program = assemble(output.listing)
  return { program, instructions: program.length / BYTES_PER_INSTRUCTION, warnings }
}

/** What has been written, and what still has to be. */
interface Output {
  readonly listing: Listing
  /** Decisions that depend on arguments; equal ones of several architectures are written once. */
  readonly pending: Map<Branch, { label: Label; decision: Branch; architecture: ArchitecturePolicy['architecture'] }>
  /** The instructions that end the filter, by the value that they return. */
  readonly values: Map<number, Label>
  readonly returns: (value: number) => Label
}

function newOutput(): Output {
  const listing = newListing()
  const values = new Map<number, Label>()
  const returns = (value: number) => {
    const label = values.get(value) ?? newLabel(listing)
    values.set(value, label)
    return label
  }
  return { listing, pending: new Map(), values, returns }
}

/** Writes the choice of the architecture; gives the label of each one's search, the native one's first. */
function writeDispatch({ listing, returns }: Output, audits: readonly number[]): Label[] {
  load(listing, ARCHITECTURE)
  return audits.map((audit, i) => {
    const [here, next] = [newLabel(listing), i === audits.length - 1 ? returns(BAD_ARCHITECTURE) : newLabel(listing)]
    branch(listing, 'EQ', { k: audit, yes: here, no: next })
    if (i < audits.length - 1) place(listing, next)
    return here
  })
}

function exitOf(output: Output, { start, decision }: Range, family: readonly ArchitecturePolicy[]): Label {
  if (decision.nodes.length === 0 && decision.outcome !== undefined) return output.returns(decision.outcome.value)
  const owner = family.findLast(({ architecture }) => architecture.first <= start) ?? family[0]
  const present = output.pending.get(decision)
  if (present !== undefined || owner === undefined) return present?.label ?? -1
  const label = newLabel(output.listing)
  output.pending.set(decision, { label, decision, architecture: owner.architecture })
  return label
}

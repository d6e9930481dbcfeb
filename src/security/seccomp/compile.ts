// Compiles a seccomp profile to the classic BPF program that seccomp(2) installs: one program for every architecture of
// the profile that the machine can run. Takes data and gives bytes; installing them is the business of others.
//
// The kernel (5.11 and newer) runs a new filter once for every system call number and remembers those that it allows
// whatever the arguments are: these never run the filter again. It follows loads of the number and the architecture,
// comparisons and AND, so the search uses nothing else.

import { assemble, goOnAt, ifEqual, load, newProgram, type Position, type Program, ret } from '#src/bpf/classic.ts'
import { BAD_ARCHITECTURE } from './actions.ts'
import { ARCHITECTURE, NUMBER, writeDecision } from './conditions.ts'
import type { Branch } from './decision.ts'
import type { Machine } from './machine.ts'
import { type Family, type Policy, policy } from './policy.ts'
import type { Profile } from './profile.ts'
import { writeSearch } from './search.ts'

/** A program for seccomp(2). */
export interface Filter {
  /** struct sock_filter[], eight bytes each. */
  readonly program: Uint8Array<ArrayBuffer>
  readonly instructions: number
}

const BYTES_PER_INSTRUCTION = 8

/** What has been written, so that nothing is written twice. */
interface Output {
  readonly program: Program
  readonly fallback: number
  readonly returns: (value: number) => Position
  /** Where decisions start; architectures of one width share them. */
  readonly decisions: Map<Branch, Position>
}

/** Takes a profile and the machine it is for, gives its filter. The same profile always gives the same bytes. */
export function compile(profile: Profile, machine: Machine): Filter {
  return compilePolicy(policy(profile, machine))
}

/** Takes what a profile means on a machine, gives its filter. */
export function compilePolicy({ families, fallback, unnamed }: Policy): Filter {
  const output = newOutput(fallback.outcome?.value ?? BAD_ARCHITECTURE)
  let next = output.returns(unnamed.outcome?.value ?? BAD_ARCHITECTURE)
  // The native architecture last, which is nearest to the start of the program.
  const lastFirst = families.toReversed()
  const entries = lastFirst.map((family) => writeFamily(output, family))
  for (const { audit } of lastFirst) next = ifEqual(output.program, audit, entries.shift() ?? next, next)
  load(output.program, ARCHITECTURE)
  const program = assemble(output.program)
  return { program, instructions: program.length / BYTES_PER_INSTRUCTION }
}

function newOutput(fallback: number): Output {
  const program = newProgram()
  const values = new Map<number, Position>()
  const returns = (value: number) => {
    const position = values.get(value) ?? ret(program, value)
    values.set(value, position)
    return position
  }
  return { program, fallback, returns, decisions: new Map() }
}

/** Writes the search among an architecture's numbers, and the decisions that it leads to. */
function writeFamily(output: Output, family: Family): Position {
  const exit = (decision: Branch) => output.decisions.get(decision) ?? writeExit(output, family, decision)
  const start = writeSearch(output.program, family, exit)
  goOnAt(output.program, start)
  return load(output.program, NUMBER)
}

function writeExit({ program, fallback, returns, decisions }: Output, { members }: Family, decision: Branch): Position {
  const bigEndian = members[0]?.bigEndian === true
  const position =
    decision.nodes.length === 0
      ? returns(decision.outcome?.value ?? fallback)
      : writeDecision({ program, bigEndian, returns }, decision, returns(fallback))
  decisions.set(decision, position)
  return position
}

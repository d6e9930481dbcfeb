// Compares a filter of ours with libseccomp's, call by call. Where they differ, the plain model says who is right.
//
// libseccomp (2.5.4 to 2.6.1) is no judge in three cases, all with several rules about one call: its program compares
// what it did not load; rules contradict each other, and its tree of 32-bit halves lets another one win than it does
// elsewhere; a rule that shares the upper half of a comparison with a shorter rule is lost.

import type { Architecture } from '#src/security/seccomp/architectures.ts'
import { compile } from '#src/security/seccomp/compile.ts'
import type { Machine } from '#src/security/seccomp/machine.ts'
import type { Profile } from '#src/security/seccomp/profile.ts'
import { classicProgram, comparesWhatItDidNotLoad, runClassic, seccompData } from './bpf-interpreter.ts'
import type { Libseccomp } from './libseccomp.ts'
import { boundaries, edges, type Random } from './random-profile.ts'
import { seccompModel } from './seccomp-model.ts'
import { numbersOf } from './syscall-numbers.ts'

const X32_BIT = 0x4000_0000
const ARM_PRIVATE = 0xf_0000
const ENOSYS = 0x0005_0026
/** Words of struct seccomp_data before the arguments. */
const ARGUMENTS = 4
/** How often arguments take values around those that the profile compares, whichever rule compares them. */
const COMBINATIONS = 20
/** Of so many arguments of a 32-bit call plus one, one has an upper half. */
const NARROW = 4
/** Where the two agree, every so many calls the model is asked as well, which tests the model. */
const SAMPLE = 50

/** What was found out about one profile. */
export interface Comparison {
  /** Calls on which our filter does not say what the rules say. */
  readonly faults: readonly string[]
  /** Calls on which both say what some rule says, but not the same, or libseccomp alone does not say what the rules say. */
  readonly disagreements: number
  /** Whether libseccomp's program compares what it did not load. */
  readonly broken: boolean
  /** The rules that libseccomp refuses because they contradict others. */
  readonly refused: ReadonlySet<number>
}

/** "SCMP_ARCH_X86_64" as libseccomp calls it. */
export function shortName({ name }: Pick<Architecture, 'name'>): string {
  return name.slice('SCMP_ARCH_'.length).toLowerCase()
}

/** Gives the names of the system calls about which libseccomp and our tables say the same on all of a machine. */
export function comparableNames(library: Libseccomp, machine: Machine): readonly string[] {
  const architectures = [machine.native, ...machine.others]
  const names = new Set(architectures.flatMap((each) => [...numbersOf(each).keys()]))
  return [...names].filter((name) =>
    architectures.every((each) => {
      const theirs = library.number(shortName(each), name)
      const ours = numbersOf(each).get(name)
      return theirs !== undefined && (theirs === ours || (theirs < 0 && (ours === undefined || isHidden(theirs))))
    }),
  )
}

/** libseccomp gives what socketcall and ipc hide the numbers from -101 and from -201 down. */
function isHidden(number: number): boolean {
  return number < -100 && number > -300
}

/** The profile that the comparison is of, and where arbitrary arguments come from. */
interface Subject {
  readonly library: Libseccomp
  readonly machine: Machine
  readonly profile: Profile
  readonly random: Random
  /** The filter to examine; what our compiler makes of the profile, if none is given. */
  readonly program?: Uint8Array
}

/**
 * Compares on every system call number of interest, with arguments around every value that the profile compares: each of
 * those that a rule about the call compares, while the rest of the rule holds, and of all others some together.
 */
export function compareFilters({ library, machine, profile, random, program }: Subject): Comparison {
  const covered = [machine.native, ...machine.others.filter(({ name }) => profile.architectures?.includes(name))]
  const reference = library.compile(profile, covered.map(shortName))
  const theirs = classicProgram(reference.program)
  const ours = classicProgram(program ?? compile(profile, machine).program)
  const audits = new Set(covered.map(({ audit }) => audit))
  const broken = comparesWhatItDidNotLoad(theirs, audits)
  const model = seccompModel(profile, machine)
  const values = boundaries(profile).map(halvesOf)
  const faults: string[] = comparesWhatItDidNotLoad(ours, audits) ? ['our program compares what it did not load'] : []
  let disagreements = 0
  let calls = 0
  for (const audit of [...audits, UNKNOWN]) {
    const bits = covered.find((one) => one.audit === audit)?.bits ?? 64
    const data = seccompData(0, audit)
    const near = edgesByNumber(
      profile,
      covered.filter((one) => one.audit === audit),
    )
    for (const number of numbers(machine)) {
      data[0] = number
      const own = near(number)
      for (let i = 0; i < COMBINATIONS + own.length; i++) {
        if (i === 0) data.fill(0, ARGUMENTS)
        else if (i < COMBINATIONS) fillArguments(data, values, bits === 64 ? 0 : NARROW, random)
        else data.set(own[i - COMBINATIONS] ?? [], ARGUMENTS)
        const mine = runClassic(ours, data)
        const their = runClassic(theirs, data)
        // ENOSYS for newer calls is not libseccomp's: the model says where it belongs.
        if (mine !== their || broken || mine === ENOSYS || calls++ % SAMPLE === 0) {
          const allowed = model({ audit, number, args: argumentsOf(data) })
          if (!allowed.has(mine)) faults.push(describe(data, mine, their))
          else if (mine !== their && !broken && mine !== ENOSYS) disagreements++
        }
        if (!ours.looked && !theirs.looked) break
      }
    }
  }
  return { faults, disagreements, broken, refused: reference.refused }
}

/** Values of one argument in halves, as struct seccomp_data holds them. */
interface Halves {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

function halvesOf(values: readonly bigint[]): Halves {
  const high = Uint32Array.from(values, (value) => Number(value >> 32n))
  return { high, low: Uint32Array.from(values, (value) => Number(value & 0xffff_ffffn)) }
}

/**
 * Gives the arguments at the edges of the rules about a number, as struct seccomp_data holds them; those of all rules for a
 * number that has none, where nothing should depend on arguments.
 */
function edgesByNumber({ syscalls = [] }: Profile, architectures: readonly Architecture[]) {
  const found = new Map<number, Uint32Array[]>()
  const all: Uint32Array[] = []
  for (const rule of syscalls) {
    const own = edges(rule).map((args) => new Uint32Array(BigUint64Array.from(args).buffer))
    const numbersOfRule = architectures.flatMap((each) => rule.names.map((name) => numbersOf(each).get(name) ?? -1))
    for (const number of new Set(numbersOfRule)) found.set(number, [...(found.get(number) ?? []), ...own])
    all.push(...own)
  }
  return (number: number): readonly Uint32Array[] => found.get(number) ?? all
}

/** An AUDIT_ARCH_* value that no kernel has. */
const UNKNOWN = 0x1234_5678

/** Every number that a table could hold, and the ends of the number space. */
function* numbers({ name }: Machine): Generator<number> {
  for (let i = 0; i < 1024; i++) yield i
  if (name === 'x86-64') for (let i = 0; i < 600; i++) yield X32_BIT + i
  if (name === 'aarch64') for (let i = 0; i < 10; i++) yield ARM_PRIVATE + i
  if (name.startsWith('mips')) for (const base of [4000, 5000, 6000]) for (let i = 0; i < 480; i++) yield base + i
  yield* [X32_BIT - 1, X32_BIT, 0x7fff_ffff, 0x8000_0000, 0xbfff_ffff, 0xffff_fffe, 0xffff_ffff]
}

/** The kernel hands on 32 bits of a 32-bit process, but not of an x32 one: mostly, then, but not always. */
function fillArguments(data: Uint32Array, values: readonly Halves[], narrow: number, random: Random) {
  for (const [k, { high, low }] of values.entries()) {
    const choice = random(low.length)
    data[ARGUMENTS + 2 * k] = low[choice] ?? 0
    data[ARGUMENTS + 2 * k + 1] = random(NARROW + 1) < narrow ? 0 : (high[choice] ?? 0)
  }
}

function argumentsOf(data: Uint32Array): readonly bigint[] {
  return [0, 1, 2, 3, 4, 5].map(
    (k) => (BigInt(data[ARGUMENTS + 2 * k + 1] ?? 0) << 32n) | BigInt(data[ARGUMENTS + 2 * k] ?? 0),
  )
}

function describe(data: Uint32Array, ours: number, theirs: number): string {
  const args = argumentsOf(data).map((value) => `0x${value.toString(16)}`)
  const [number, audit] = [data[0], data[1]?.toString(16)]
  return `${number} of 0x${audit} (${args.join(', ')}): ours 0x${ours.toString(16)}, libseccomp 0x${theirs.toString(16)}`
}

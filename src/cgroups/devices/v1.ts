// Device rules as writes to the files of a cgroup v1 `devices` hierarchy (admin-guide/cgroup-v1/devices.rst).
//
// v1 keeps no list of rules. A cgroup either denies all devices but some, or allows all but some, and "some" are entries
// of a type, a major and a minor, where either number can be all. So what the rules come to is worked out device by
// device, and then put into such entries; what fits neither way is refused, where writing rule after rule would leave
// the cgroup more open than its rules say and report success.

import { Failure } from '#src/failure.ts'
import { ACCESS, EVERY_ACCESS, type Rule } from './rule.ts'

/** One write(2) to a file of the cgroup. */
export interface Write {
  readonly file: 'devices.allow' | 'devices.deny'
  readonly line: string
}

const EVERYTHING = 'a'
const TYPES = ['b', 'c'] as const

/** An entry of v1; a number that is undefined is every number. */
interface Entry {
  readonly type: 'b' | 'c'
  readonly major: number | undefined
  readonly minor: number | undefined
  readonly access: number
}

/**
 * Takes the rules that matter, gives the writes in their order, for a new cgroup: without children, whatever it allows.
 * Everything is denied before anything is allowed, unless all but some devices are allowed in the end. Throws a Failure
 * if v1 has no way to say what the rules say.
 */
export function deviceWrites(rules: readonly Rule[]): readonly Write[] {
  const { base, exceptions } = policyFor(rules)
  return [{ file: base, line: EVERYTHING }, ...exceptions.map((entry) => ({ file: OTHER[base], line: lineOf(entry) }))]
}

/**
 * Takes the rules that matter and what devices.list says of a cgroup that is in use, gives the writes that change what
 * has changed. At no moment is anything denied that was allowed and will be: what is new is allowed before what is old is
 * taken back. Only where everything was allowed, and that is to end, is everything denied in between: the list does not
 * tell what was excepted. Throws as `deviceWrites` does.
 */
export function deviceChanges(rules: readonly Rule[], list: string): readonly Write[] {
  const { base, exceptions } = policyFor(rules)
  const listed = list.split('\n').filter((line) => line !== '')
  if (base === 'devices.allow' || listed.some((line) => line.startsWith(EVERYTHING))) return deviceWrites(rules)
  const before = byDevice(listed.map(entryOf))
  const after = byDevice(exceptions)
  return [
    ...differing(after, before).map((entry): Write => ({ file: 'devices.allow', line: lineOf(entry) })),
    ...differing(before, after).map((entry): Write => ({ file: 'devices.deny', line: lineOf(entry) })),
  ]
}

function entryOf(line: string): Entry {
  const [type, numbers = '', letters = ''] = line.split(' ')
  const [major, minor] = numbers.split(':').map((number) => (number === '*' ? undefined : Number(number)))
  const access = Object.entries(ACCESS).reduce((all, [letter, bit]) => (letters.includes(letter) ? all | bit : all), 0)
  return { type: type === 'b' ? 'b' : 'c', major, minor, access }
}

function byDevice(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [`${entry.type} ${entry.major}:${entry.minor}`, entry]))
}

/** The entries of one, with the kinds of access that the other does not have for the same numbers. */
function differing(one: ReadonlyMap<string, Entry>, other: ReadonlyMap<string, Entry>): readonly Entry[] {
  return [...one]
    .map(([device, entry]) => ({ ...entry, access: entry.access & ~(other.get(device)?.access ?? 0) }))
    .filter(({ access }) => access !== 0)
}

const OTHER = { 'devices.allow': 'devices.deny', 'devices.deny': 'devices.allow' } as const

/** What is done with every device, and with the exceptions from that the opposite. */
interface Policy {
  readonly base: Write['file']
  readonly exceptions: readonly Entry[]
}

function policyFor(rules: readonly Rule[]): Policy {
  const denied = entriesFor(rules, false)
  const allowed = denied?.length === 0 ? undefined : entriesFor(rules, true)
  if (allowed !== undefined) return { base: 'devices.deny', exceptions: allowed }
  if (denied !== undefined) return { base: 'devices.allow', exceptions: denied }
  throw new Failure(
    'Cannot put linux.resources.devices into cgroup v1: some devices of a range are excepted, and so are some of the rest',
  )
}

function lineOf({ type, major, minor, access }: Entry): string {
  const letters = (access & ACCESS.r ? 'r' : '') + (access & ACCESS.w ? 'w' : '') + (access & ACCESS.m ? 'm' : '')
  return `${type} ${major ?? '*'}:${minor ?? '*'} ${letters}`
}

/** Gives the entries that speak of exactly what is allowed (or denied), or nothing if no entries can. */
function entriesFor(rules: readonly Rule[], allow: boolean): readonly Entry[] | undefined {
  const entries: Entry[] = []
  for (const type of TYPES) {
    const mine = rules.filter((rule) => rule.type === undefined || rule.type === type)
    const found = entriesOfType(mine, type, allow)
    if (found === undefined) return undefined
    entries.push(...found)
  }
  return entries
}

/** Besides the numbers that rules name there is one more of each kind: all the others, which no rule tells apart. */
function entriesOfType(rules: readonly Rule[], type: 'b' | 'c', allow: boolean): readonly Entry[] | undefined {
  const majors = [...new Set([undefined, ...rules.map(({ major }) => major)])]
  const minors = [...new Set([undefined, ...rules.map(({ minor }) => minor)])]
  const cells = majors.map((major) => minors.map((minor) => accessTo(rules, { major, minor }, allow)))
  const rows = cells.map((row) => row.reduce((all, cell) => all & cell))
  const columns = minors.map((_, j) => cells.reduce((all, row) => all & (row[j] ?? 0), EVERY_ACCESS))
  const whole = rows.reduce((all, row) => all & row)
  const entries: Entry[] = []
  for (const [i, major] of majors.entries()) {
    for (const [j, minor] of minors.entries()) {
      const access = cells[i]?.[j] ?? 0
      const [row, column] = [rows[i] ?? 0, columns[j] ?? 0]
      // Numbers that no rule names can only be reached by an entry for every number.
      if (i === 0 && j === 0 ? access !== whole : i === 0 ? access !== column : j === 0 && access !== row)
        return undefined
      // v1 looks for one entry that grants all that is asked for, so what two entries grant together needs a third.
      const granted = (i > 0 && (access & ~column) === 0) || (j > 0 && (access & ~row) === 0)
      if (access !== 0 && !granted) entries.push({ type, major, minor, access })
    }
  }
  return entries
}

/** Gives the kinds of access to a device that the rules allow (or deny). */
function accessTo(
  rules: readonly Rule[],
  device: { readonly major: number | undefined; readonly minor: number | undefined },
  allow: boolean,
): number {
  let allowed = 0
  for (const rule of rules) {
    if (rule.major !== undefined && rule.major !== device.major) continue
    if (rule.minor !== undefined && rule.minor !== device.minor) continue
    allowed = rule.allow ? allowed | rule.access : allowed & ~rule.access
  }
  return allow ? allowed : EVERY_ACCESS & ~allowed
}

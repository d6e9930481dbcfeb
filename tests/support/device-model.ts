// What device rules mean, said as plainly as possible, and how a kernel with cgroup v1 answers after the writes that the
// rules were turned into (admin-guide/cgroup-v1/devices.rst). Both answer for one device and one request.

import type { DeviceRule } from '#src/cgroups/devices/rule.ts'
import type { Write } from '#src/cgroups/devices/v1.ts'

/** A device, and the kinds of access that somebody asks for at once: some of "r", "w" and "m". */
export interface Request {
  readonly type: 'b' | 'c'
  readonly major: number
  readonly minor: number
  readonly access: string
}

/** Each kind of access is allowed if the last rule that speaks of it says so. */
export function isAllowed(rules: readonly DeviceRule[], request: Request): boolean {
  return [...request.access].every((kind) => {
    const speaking = rules.filter((rule) => speaksOf(rule, request) && rule.access?.includes(kind))
    return speaking.at(-1)?.allow ?? false
  })
}

function speaksOf({ type = 'a', major = -1, minor = -1 }: DeviceRule, request: Request): boolean {
  return (
    (type === 'a' || type === request.type) &&
    (major === -1 || major === request.major) &&
    (minor === -1 || minor === request.minor)
  )
}

/** An entry of devices.list. */
interface Entry {
  readonly type: string
  readonly major: string
  readonly minor: string
  access: string
}

/** A cgroup of version 1: it denies or allows everything but its entries. */
export interface V1Cgroup {
  readonly allows: (request: Request) => boolean
  /** The text of devices.list, which does not tell what is excepted from everything. */
  readonly list: string
}

/** Gives a cgroup after the writes, whatever it allowed before. Throws where the kernel would refuse one. */
export function v1After(writes: readonly Write[], before: 'allow' | 'deny'): V1Cgroup {
  let state: 'allow' | 'deny' = before
  let entries: Entry[] = []
  for (const { file, line } of writes) {
    const allow = file === 'devices.allow'
    if (line === 'a') {
      state = allow ? 'allow' : 'deny'
      entries = []
      continue
    }
    const entry = parse(line)
    // Entries say what is not as the state says; the other file takes them back, from equal entries alone.
    if ((state === 'deny') === allow) addTo(entries, entry)
    else entries = without(entries, entry)
  }
  const lines = entries.filter(({ access }) => access !== '').map(lineOf)
  return {
    list: state === 'allow' ? 'a *:* rwm' : lines.join('\n'),
    allows: (request) =>
      state === 'deny'
        ? entries.some(
            (entry) => matches(entry, request) && [...request.access].every((kind) => entry.access.includes(kind)),
          )
        : !entries.some(
            (entry) => matches(entry, request) && [...request.access].some((kind) => entry.access.includes(kind)),
          ),
  }
}

function lineOf({ type, major, minor, access }: Entry): string {
  return `${type} ${major}:${minor} ${['r', 'w', 'm'].filter((kind) => access.includes(kind)).join('')}`
}

function parse(line: string): Entry {
  const [, type, major, minor, access] = /^([bc]) (\d+|\*):(\d+|\*) (r?w?m?)$/.exec(line) ?? []
  if (type === undefined || major === undefined || minor === undefined || !access) throw new Error(`EINVAL: "${line}"`)
  return { type, major, minor, access }
}

function same(a: Entry, b: Entry): boolean {
  return a.type === b.type && a.major === b.major && a.minor === b.minor
}

function addTo(entries: Entry[], entry: Entry) {
  const present = entries.find((one) => same(one, entry))
  if (present === undefined) entries.push({ ...entry })
  else present.access += entry.access
}

function without(entries: readonly Entry[], entry: Entry): Entry[] {
  return entries.map((one) =>
    same(one, entry)
      ? { ...one, access: [...one.access].filter((kind) => !entry.access.includes(kind)).join('') }
      : one,
  )
}

function matches({ type, major, minor }: Entry, request: Request): boolean {
  return (
    type === request.type &&
    (major === '*' || Number(major) === request.major) &&
    (minor === '*' || Number(minor) === request.minor)
  )
}

/** Every request that rules could tell apart: each number that they name, and one that they do not. */
export function requestsAbout(rules: readonly DeviceRule[]): readonly Request[] {
  const numbers = (key: 'major' | 'minor') =>
    new Set([...rules.map((rule) => rule[key] ?? -1).filter((n) => n >= 0), 4000])
  const kinds = ['r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm']
  return (['b', 'c'] as const).flatMap((type) =>
    [...numbers('major')].flatMap((major) =>
      [...numbers('minor')].flatMap((minor) => kinds.map((access) => ({ type, major, minor, access }))),
    ),
  )
}

// Changes JSON values where a reader of configs may stumble: a value of another kind, a name that is nearly right, a number
// at the edge, something lost or doubled. The same numbers give the same change.

/** Gives an integer from 0 to n - 1. */
export type Next = (n: number) => number

/** One of a list. */
export function pick<T>(next: Next, list: readonly [T, ...T[]]): T {
  return list[next(list.length)] ?? list[0]
}

const ODD: readonly [unknown, ...unknown[]] = [
  null,
  ...[null, true, false, -1, 0, 1, 1.5, 255, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, -(2 ** 63), 1e308],
  ...[
    '',
    '/',
    '.',
    '..',
    '../..',
    '/../../etc',
    'a\0b',
    'a\nb',
    '\u{1f4a9}',
    '\ud800',
    'x'.repeat(5_000),
    '/proc/self/fd/0',
  ],
  ...['rw', 'ro', 'bind', 'rbind', 'private', 'tmpfs', 'proc', 'sysfs', 'cgroup', 'SCMP_ACT_NOTIFY', 'RLIMIT_CORE'],
  ...['CAP_SYS_ADMIN', 'user', 'time', 'pid', 'mount', 'a', 'c', 'rwm', '/dev/null', '/proc', '/sys', '/dev'],
  ...[
    [],
    {},
    [[]],
    [null],
    [''],
    { '': '' },
    { type: 'user' },
    { path: '/' },
    [{ containerID: 0, hostID: 0, size: 1 }],
  ],
]

const KEYS: readonly [string, ...string[]] = ['', 'x', '__proto__', 'constructor', 'type', 'path', 'uid', 'options']

/** Takes a JSON value, gives one like it. */
export function mutated(json: unknown, next: Next): unknown {
  if (typeof json === 'string' && next(3) === 0) return misspelt(json, next)
  if (typeof json === 'number' && next(2) === 0) return json + pick(next, [-1, 1, 0.5, 2 ** 32, -(2 ** 31)])
  if (typeof json !== 'object' || json === null || next(10) === 0) return pick(next, ODD)
  if (Array.isArray(json)) return mutatedList(json, next)
  const entries: [string, unknown][] = Object.entries(json)
  const entry = entries[next(entries.length)]
  if (entry === undefined || next(12) === 0) return { ...json, [pick(next, KEYS)]: pick(next, ODD) }
  const [key, value] = entry
  if (next(14) === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  if (next(20) === 0)
    return Object.fromEntries(entries.map(([name, old]) => [name === key ? misspelt(name, next) : name, old]))
  return Object.fromEntries(entries.map(([name, old]) => [name, name === key ? mutated(value, next) : old]))
}

/**
 * Takes a JSON value and another of the same kind of document, gives the first with a part of the second in it: what is
 * right in one place and may be wrong beside the rest.
 */
export function grafted(json: unknown, other: unknown, next: Next): unknown {
  if (Array.isArray(json) && Array.isArray(other))
    return json.toSpliced(next(json.length + 1), next(2), ...other.slice(next(other.length + 1)).slice(0, 3))
  if (!isObject(json) || !isObject(other)) return other
  const entries = Object.entries(other)
  const [key, value] = entries[next(entries.length)] ?? ['', other]
  const whole = json[key] === undefined || next(4) === 0
  return { ...json, [key]: whole ? value : grafted(json[key], value, next) }
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function mutatedList(json: readonly unknown[], next: Next): unknown[] {
  const list = [...json]
  const index = next(list.length + 1)
  switch (next(8)) {
    case 0:
      list.splice(index, 1)
      break
    case 1:
      list.splice(index, 0, list[next(list.length)] ?? null)
      break
    case 2:
      return Array.from({ length: next(300) }, (_, i) => list[i % Math.max(1, list.length)] ?? null)
    default:
      list[index] = mutated(list[index], next)
  }
  return list
}

function misspelt(text: string, next: Next): string {
  const at = next(text.length + 1)
  const other = String.fromCharCode(pick(next, [0, 10, 32, 47, 46, 48, 65, 97, 127, 228, 0x2028]))
  return pick(next, [
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + other + text.slice(at),
    text.toUpperCase(),
    text + text,
    `${text}/..`,
    ` ${text}`,
  ])
}

// What an architecture is to a filter: its AUDIT_ARCH_* value, the shape of its arguments, its system call numbers.
// Tables of names are read when the first name is looked up, and once. Knows no machine and no profile.

/** One system call convention that a filter can meet. */
export interface Architecture {
  /** Its name in a profile. */
  readonly name: string
  /** AUDIT_ARCH_*, linux/audit.h: what seccomp_data.arch holds. */
  readonly audit: number
  /**
   * How much of an argument a condition compares, as libseccomp: on a 32-bit architecture, x32 among them, the lower
   * half, with the upper half of the profile's value left out as well.
   */
  readonly bits: 32 | 64
  readonly bigEndian: boolean
  /** Numbers from `first` on, up to but not including `end`, belong to this architecture. */
  readonly first: number
  readonly end: number
  /** New system calls get numbers below this one. Equal to `end`, but for ARM with its private calls. */
  readonly ceiling: number
  /** Gives the numbers by name. */
  readonly numbers: () => ReadonlyMap<string, number>
}

const AUDIT_ARCH_64BIT = 0x8000_0000
const AUDIT_ARCH_LE = 0x4000_0000
const END = 0x1_0000_0000

/**
 * Takes an architecture's name without "SCMP_ARCH_", its ELF machine (linux/elf-em.h), the text of its table and what
 * is unusual about it. A usual architecture is 64 bits wide and little-endian.
 */
export function architecture(
  name: string,
  machine: number,
  table: string | (() => ReadonlyMap<string, number>),
  unusual: Partial<Architecture> = {},
): Architecture {
  const wide = unusual.bits === 32 ? 0 : AUDIT_ARCH_64BIT
  const little = unusual.bigEndian === true ? 0 : AUDIT_ARCH_LE
  return {
    name: `SCMP_ARCH_${name}`,
    audit: (machine | wide | little) >>> 0,
    bits: 64,
    bigEndian: false,
    first: 0,
    end: END,
    ceiling: unusual.end ?? END,
    ...unusual,
    numbers: once(typeof table === 'string' ? () => readTable(table) : table),
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * Takes the text of a table (names in the order of their numbers, a number where counting goes on elsewhere), what to
 * add to every number and the map to write to. Gives that map.
 */
export function readTable(text: string, base = 0, numbers = new Map<string, number>()): Map<string, number> {
  let next = base
  for (const word of text.split(' ')) {
    if (word.charCodeAt(0) <= DIGIT_NINE) next = base + Number(word)
    else numbers.set(word, next++)
  }
  return numbers
}

const DIGIT_NINE = 0x39

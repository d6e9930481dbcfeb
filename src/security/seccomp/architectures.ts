// What an architecture is to a filter: its AUDIT_ARCH_* value, the shape of its arguments, its system call numbers.
// Tables are text until a profile is compiled: reading one takes as long as using it. Knows no machine and no profile.

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
  /** Names in the order of their numbers, a number where counting goes on elsewhere, a minus before some names. */
  readonly table: string
  /** Whether the names with a minus are those that this architecture has not. */
  readonly lacksMarked: boolean
}

const AUDIT_ARCH_64BIT = 0x8000_0000
const AUDIT_ARCH_LE = 0x4000_0000
const END = 0x1_0000_0000

/**
 * Takes an architecture's name without "SCMP_ARCH_", its ELF machine (linux/elf-em.h), its table and what is unusual
 * about it. A usual architecture is 64 bits wide and little-endian.
 */
export function architecture(
  name: string,
  machine: number,
  table: string,
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
    table,
    lacksMarked: false,
    ...unusual,
  }
}

const MINUS = 0x2d
const DIGIT_NINE = 0x39

/** Takes an architecture and what to do with each of its system calls, which are given in the order of their numbers. */
export function eachCall({ table, first, lacksMarked }: Architecture, visit: (name: string, number: number) => void) {
  let next = first
  for (const word of table.split(' ')) {
    const mark = word.charCodeAt(0)
    if (mark > DIGIT_NINE) visit(word, next++)
    else if (mark !== MINUS) next = first + Number(word)
    else if (lacksMarked) next++
    else visit(word.slice(1), next++)
  }
}

/** Gives the numbers of an architecture's system calls by name. */
export function numbersOf(architecture: Architecture): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  eachCall(architecture, (name, number) => numbers.set(name, number))
  return numbers
}

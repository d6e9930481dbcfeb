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
  /**
   * Most tables begin with the oldest calls, which are the most common. Below about this number calls are as common as each
   * other: more than 1 where tables go by topic.
   */
  readonly common: number
  /**
   * Names in the order of their numbers, a number where counting goes on elsewhere, a minus before some names; one text
   * after the other.
   */
  readonly tables: readonly string[]
  /** Whether the names with a minus are those that this architecture has not. */
  readonly lacksMarked: boolean
}

const AUDIT_ARCH_64BIT = 0x8000_0000
const AUDIT_ARCH_LE = 0x4000_0000
const END = 0x1_0000_0000

/**
 * Takes an architecture's name without "SCMP_ARCH_", its ELF machine (linux/elf-em.h), its tables and what is unusual
 * about it. A usual architecture is 64 bits wide and little-endian.
 */
export function architecture(
  name: string,
  machine: number,
  tables: string | readonly string[],
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
    common: 1,
    tables: typeof tables === 'string' ? [tables] : tables,
    lacksMarked: false,
    ...unusual,
  }
}

const MINUS = 0x2d
const DIGIT_NINE = 0x39

/** The words of the tables that were read: two architectures can share one. */
const read = new Map<string, readonly string[]>()

function wordsOf(table: string): readonly string[] {
  let words = read.get(table)
  if (words === undefined) read.set(table, (words = table.split(' ')))
  return words
}

/**
 * Walks an architecture's system calls in the order of their numbers. Takes a class for some names and the class of all
 * other numbers; calls `visit` with each number from which on another class holds, at last with `end`. `newest` is the
 * greatest number so far whose name has a class, below the ceiling; -1 if there is none.
 */
export function eachClass<Class>(
  { tables, first, end, ceiling, lacksMarked }: Architecture,
  classes: ReadonlyMap<string, Class>,
  others: Class,
  visit: (number: number, holds: Class, newest: number) => void,
) {
  let newest = -1
  let next = first
  let current = others
  // Plain loops over local variables: this is most of the time that compiling a profile takes.
  for (let k = 0; k < tables.length; k++) {
    const words = wordsOf(tables[k] ?? '')
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? ''
      let found = classes.get(word)
      if (found === current && next < ceiling) {
        newest = next++
        continue
      }
      if (found === undefined) {
        const mark = word.charCodeAt(0)
        if (mark <= DIGIT_NINE && mark !== MINUS) {
          if (current !== others) visit(next, (current = others), newest)
          next = first + Number(word)
          continue
        }
        if (mark === MINUS && !lacksMarked) found = classes.get(word.slice(1))
      }
      if (found !== undefined && next < ceiling) newest = next
      const holds = found ?? others
      if (holds !== current) visit(next, (current = holds), newest)
      next++
    }
  }
  if (current !== others) visit(next, others, newest)
  visit(end, others, newest)
}

/** Gives the number of a system call, undefined where the architecture has none of that name. */
export function numberOf(architecture: Architecture, name: string): number | undefined {
  let found: number | undefined
  eachClass(architecture, new Map([[name, true]]), false, (number, holds) => {
    if (holds) found = number
  })
  return found
}

/** Gives the names of all system calls of an architecture. Slow. */
export function namesOf({ tables, lacksMarked }: Architecture): string[] {
  return tables.flatMap(wordsOf).flatMap((word) => {
    const mark = word.charCodeAt(0)
    if (mark === MINUS) return lacksMarked ? [] : [word.slice(1)]
    return mark <= DIGIT_NINE ? [] : [word]
  })
}

// From the words of a command line to values, one reader for each kind that the table may name.
// It refuses to know any flag: what it says about a value is completed by whoever knows where the value stood.

import { badChoice, badValue } from './complaints.ts'
import { duration } from './duration.ts'
import type { Kind, Operand, Option, User } from './grammar.ts'
import { memorySize } from './memory-size.ts'
import { signalName } from './signal-name.ts'
import { UsageError } from './usage-error.ts'
import { userId } from './user-id.ts'
import { wholeNumber } from './whole-number.ts'

/** What was read, for an error: "--bundle" of the command "create". */
export type Origin = { readonly name: string; readonly command: string | undefined }

type Value = boolean | string | number | User | readonly string[] | readonly number[] | undefined
type Row = Option | Operand

const READERS: Readonly<Record<Kind, (word: string, row: Row) => string | number | User>> = {
  text: (word, row) => (row.choices === undefined || row.choices.includes(word) ? word : badChoice(word, row.choices)),
  integer: wholeNumber,
  size: memorySize,
  duration,
  user: userId,
  signal: signalName,
}

/** The value of a flag from the words that were given for it, or from its default. Throws a `UsageError`. */
export function readOption(option: Option, given: string | readonly string[] | undefined, origin: Origin): Value {
  try {
    if (option.kind === 'flag') return typeof given === 'string' && truth(given)
    if (option.kind === 'list') return typeof given === 'object' ? given : []
    if (option.kind === 'integers') {
      return typeof given === 'object' ? given.map((word) => wholeNumber(word, option)) : []
    }
    // runc reads an empty path or name as a flag that was not given, and scripts rely on it: --pid-file "$FILE".
    const absent = given === '' && option.kind === 'text' && option.choices === undefined
    return readOne(option.kind, option, typeof given === 'string' && !absent ? given : undefined)
  } catch (cause) {
    return badValue(origin.name, origin.command, cause)
  }
}

/** The value of an operand from the words that are left: the first one, or all of them for a list. */
export function readOperand(operand: Operand, words: readonly string[], origin: Origin): Value {
  if (operand.kind === 'list') return words
  try {
    return readOne(operand.kind, operand, words[0])
  } catch (cause) {
    return badValue(origin.name, origin.command, cause)
  }
}

function readOne(kind: Kind, row: Row, word: string | undefined): Value {
  const given = word ?? row.default
  return given === undefined ? undefined : READERS[kind](given, row)
}

/** The words that Go's strconv.ParseBool takes, in any case. */
function truth(word: string): boolean {
  const small = word.toLowerCase()
  if (['true', 't', '1'].includes(small)) return true
  if (['false', 'f', '0'].includes(small)) return false
  throw new UsageError(`"${word}" is neither "true" nor "false"`)
}

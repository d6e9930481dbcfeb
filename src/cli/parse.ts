// From argv to a typed invocation, by the command table alone: which flags and operands there are, what kind of value
// each takes, what stands where nothing was given. It performs nothing, prints nothing and refuses to know any command.

import { program } from './commands.ts'
import { extraOperand, missingOperand, missingValue, type Scope, unknownCommand, unknownFlag } from './complaints.ts'
import type { Command, Invocation, Option, Options, Program } from './grammar.ts'
import { type Args, parseArgs } from './parse-args.ts'
import { readOperand, readOption } from './values.ts'

type Values = Readonly<Record<string, unknown>>

type Parsed = {
  readonly command: string
  readonly global: Values
  readonly topic?: string | undefined
  readonly options?: Values
  readonly operands?: Values
}

/** Reads the words after the program's name. Throws a `UsageError` with one line of text where they mean nothing. */
export function parse(argv: readonly string[]): Invocation<typeof program> {
  return parseFor(program, argv)
}

/**
 * `parse` for any table. The overload is the one place where the types of the table are trusted instead of proven: the
 * compiler cannot follow a name through a mapped type. A test holds every row's values against its kind.
 */
export function parseFor<P extends Program>(table: P, argv: readonly string[]): Invocation<P>
export function parseFor(table: Program, argv: readonly string[]): Parsed {
  const scope = { program: table, name: undefined, options: table.options }
  const args = scan(scope, argv, true)
  const global = readOptions(scope, args)
  const [name, ...words] = args._
  if (global['version'] === true) return { command: 'version', global }
  if (name === undefined || global['help'] === true) return { command: 'help', global, topic: undefined }
  if (name === 'help') return { command: 'help', global, topic: topicOf(table, words) }
  return parseCommand(table, find(table, name), { global, name, words })
}

type Line = { readonly global: Values; readonly name: string; readonly words: readonly string[] }

function parseCommand(table: Program, command: Command, { global, name, words }: Line): Parsed {
  const scope = { program: table, name, options: command.options }
  const args = scan(scope, words, command.stopEarly === true)
  if (args['help'] === 'true') return { command: 'help', global, topic: name }
  return {
    command: name,
    global,
    options: readOptions(scope, args),
    operands: readOperands(table, name, command, args),
  }
}

function scan(scope: Scope, words: readonly string[], stopEarly: boolean): Args {
  const unknown = (word: string): never => unknownFlag(scope, word)
  const missing = (word: string): never => missingValue(scope, word)
  return parseArgs(words, { ...flagsOf(scope.options), stopEarly, unknown, missing })
}

function readOptions({ name: command, options }: Scope, args: Args): Values {
  const { keys, absent } = flagsOf(options)
  const values: Record<string, unknown> = { ...absent }
  for (const name in args) {
    const [key, option] = [keys[name], options[name]]
    if (key !== undefined && option !== undefined)
      values[key] = readOption(option, args[name], { name: `--${name}`, command })
  }
  return values
}

/** Which of the lists of `parseArgs` a flag is in. */
type List = 'boolean' | 'collect' | 'string'

/** The flags of a command, as `parseArgs` wants to have them, and what becomes of them. */
interface Flags {
  readonly boolean: readonly string[]
  readonly string: readonly string[]
  readonly collect: readonly string[]
  readonly alias: Readonly<Record<string, string>>
  /** By its name, how the code calls each flag. */
  readonly keys: Readonly<Record<string, string>>
  /** The values where none is given, by that. */
  readonly absent: Values
}

/** Of every table that was needed so far. A copy of a process that has practised has those of all frequent commands. */
const known = new WeakMap<Options, Flags>()

function flagsOf(options: Options): Flags {
  const before = known.get(options)
  if (before !== undefined) return before
  const lists: Record<List, string[]> = { boolean: ['help'], string: [], collect: [] }
  const alias: Record<string, string> = { h: 'help' }
  const keys: Record<string, string> = {}
  const absent: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(options)) {
    lists[listOf(option)].push(name)
    if (option.short !== undefined) alias[option.short] = name
    const key = camelCase(name)
    keys[name] = key
    absent[key] = readOption(option, undefined, { name: `--${name}`, command: undefined })
  }
  const flags = { ...lists, alias, keys, absent }
  known.set(options, flags)
  return flags
}

function listOf({ kind }: Option): List {
  if (kind === 'flag') return 'boolean'
  return kind === 'list' || kind === 'integers' ? 'collect' : 'string'
}

function readOperands(table: Program, name: string, command: Command, args: Args): Values {
  const values: Record<string, unknown> = {}
  let words = args._
  for (const [key, operand] of Object.entries(command.operands)) {
    // "exec web -- ls": the dashes part the container from the command and are none of the command's words.
    if (operand.kind === 'list' && words[0] === '--') words = words.slice(1)
    const needless = operand.optional === true || (operand.unless !== undefined && Boolean(args[operand.unless]))
    if (words.length === 0 && !needless) missingOperand(table, name, command, operand.value)
    values[key] = readOperand(operand, words, { name: operand.value, command: name })
    words = operand.kind === 'list' ? [] : words.slice(1)
  }
  const [extra] = words
  if (extra !== undefined) extraOperand(table, name, command, extra)
  return values
}

function topicOf(table: Program, [name]: readonly string[]): string | undefined {
  if (name === undefined || name === 'help' || name.startsWith('-')) return undefined
  find(table, name)
  return name
}

function find(table: Program, name: string): Command {
  const command = Object.hasOwn(table.commands, name) ? table.commands[name] : undefined
  return command ?? unknownCommand(table, name)
}

/** `pid-file` as `pidFile`, as the type `OptionValues` has it. */
function camelCase(name: string): string {
  const dash = name.indexOf('-')
  if (dash < 0) return name
  return name.slice(0, dash) + name.charAt(dash + 1).toUpperCase() + camelCase(name.slice(dash + 2))
}

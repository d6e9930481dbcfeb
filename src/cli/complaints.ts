// Every sentence that says why a command line was not understood, built in one place. Each names what was typed, the
// command that it was typed for, and the nearest thing that would have worked.

import type { Command, Options, Program } from './grammar.ts'
import { nearest } from './nearest.ts'
import { usageLine, visible } from './spelling.ts'
import { UsageError } from './usage-error.ts'

/** Where on the command line something was read: the flags of the program, or those of one command. */
export type Scope = {
  readonly program: Program
  readonly name: string | undefined
  readonly options: Options
}

/** No command has this name. */
export function unknownCommand(program: Program, word: string): never {
  throw new UsageError(`Unknown command "${word}": ${commandHint(program, word)}`)
}

/** No flag has this name here; `word` is the flag as it was typed, dashes and all, without a value. */
export function unknownFlag(scope: Scope, word: string): never {
  const what = scope.name === undefined ? `global flag "${word}"` : `flag "${word}" of "${scope.name}"`
  throw new UsageError(`Unknown ${what}: ${flagHint(scope, word)}`)
}

/** Podman finds out what a runtime can do by the words "flag needs an argument". */
export function missingValue(scope: Scope, word: string): never {
  throw new UsageError(`${cannotRead(word, scope.name)}: flag needs an argument`)
}

/** The command line ended before the operand that help calls `operand`. */
export function missingOperand(program: Program, name: string, command: Command, operand: string): never {
  throw new UsageError(`Missing ${operand} of "${name}": usage is ${usageLine(program.name, name, command)}`)
}

/** `word` stands behind the last operand. */
export function extraOperand(program: Program, name: string, command: Command, word: string): never {
  throw new UsageError(`Unexpected "${word}" after "${name}": usage is ${usageLine(program.name, name, command)}`)
}

/** Puts the name of what was read before the reason why it could not be. */
export function badValue(what: string, name: string | undefined, cause: unknown): never {
  if (!(cause instanceof UsageError)) throw cause
  throw new UsageError(`${cannotRead(what, name)}: ${cause.message}`, { cause })
}

/** `word` is none of the words that are taken. */
export function badChoice(word: string, choices: readonly string[]): never {
  const meant = nearest(word, choices)
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`
  throw new UsageError(`"${word}" is not one of ${choices.map((choice) => `"${choice}"`).join(', ')}${hint}`)
}

function cannotRead(what: string, name: string | undefined): string {
  return name === undefined ? `Cannot read "${what}"` : `Cannot read "${what}" of "${name}"`
}

function commandHint(program: Program, word: string): string {
  const commands = Object.entries(program.commands).filter(([, command]) => !command.hidden)
  const synonym = commands.find(([, command]) => command.also?.includes(word.toLowerCase()))
  const names = [...commands.map(([name]) => name), 'help']
  const meant = synonym?.[0] ?? nearest(word, names)
  return meant === undefined ? `"${program.name} help" lists the commands` : `did you mean "${meant}"`
}

function flagHint({ program, name, options }: Scope, word: string): string {
  const bare = word.slice(word[1] === '-' ? 2 : 1)
  if (name !== undefined && Object.hasOwn(program.options, bare)) return 'a global flag stands before the command'
  const owner = Object.entries(program.commands).find(([, command]) => Object.hasOwn(command.options, bare))
  if (name === undefined && owner !== undefined) return `a flag of "${owner[0]}" stands after it`
  if (name !== undefined && isSignal(word) && takesSignal(program, name)) return 'the signal stands after CONTAINER'
  const letters = word[1] === '-' ? undefined : apart(options, bare)
  const names = [...visible(options).map(([long]) => long), 'help']
  const near = nearest(bare, names)
  const meant = letters ?? (near === undefined ? undefined : `--${near}`)
  if (meant !== undefined) return `did you mean "${meant}"`
  return `"${program.name}${name === undefined ? '' : ` ${name}`} --help" lists the flags`
}

/** kill(1) takes its signal first, as -9 or -KILL. */
function isSignal(word: string): boolean {
  return word[1] !== '-' && word.length > 1 && word === word.toUpperCase()
}

function takesSignal(program: Program, name: string): boolean {
  return Object.values(program.commands[name]?.operands ?? {}).some(({ kind }) => kind === 'signal')
}

/** `-it` as `-i -t`, where each letter is a flag. */
function apart(options: Options, letters: string): string | undefined {
  const shorts = visible(options).map(([, option]) => option.short)
  return letters.length > 1 && [...letters].every((letter) => shorts.includes(letter))
    ? [...letters].map((letter) => `-${letter}`).join(' ')
    : undefined
}

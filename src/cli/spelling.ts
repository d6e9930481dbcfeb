// How rows of the command table are spelled out for a reader: the usage line, a flag with its value, the headings.
// Help, man page and error messages share it, so that they agree. It refuses to know how wide a screen is.

import type { Command, Group, Operand, Option, Options, Program } from './grammar.ts'

/** The headings under which commands are shown, in order. */
export const HEADINGS: Readonly<Record<Group, string>> = {
  life: 'Life of a container',
  inside: 'Inside a container',
  limits: 'Pause and limits',
  look: 'Inspect',
  host: 'This host',
}

/** The usage line of a command: `bunc kill [FLAGS] CONTAINER [SIGNAL]`. */
export function usageLine(programName: string, name: string, command: Command): string {
  const flags = visible(command.options).length > 0 ? ['[FLAGS]'] : []
  return [programName, name, ...flags, ...Object.values(command.operands).map(operandSpelling)].join(' ')
}

/** The name of an operand with what may be left out in brackets. */
export function operandSpelling(operand: Operand): string {
  const name = operand.choices ? operand.choices.join('|') : operand.value
  const word = operand.kind === 'list' ? `${name}...` : name
  return operand.optional || operand.unless ? `[${word}]` : word
}

/** A flag as it is typed: `-b, --bundle DIR`. */
export function flagSpelling(name: string, option: Option): string {
  const value = option.choices ? option.choices.join('|') : option.value
  return `${option.short ? `-${option.short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
}

/** What a row says, with its default and the kernel that it needs. */
export function remark(row: Pick<Option, 'text' | 'default' | 'since'>): string {
  const notes = [row.default ? `default: ${row.default}` : '', row.since ? `since ${row.since}` : '']
  const note = notes.filter(Boolean).join(', ')
  return note ? `${row.text} (${note})` : row.text
}

/** The flags that are shown. */
export function visible(options: Options): [name: string, option: Option][] {
  return Object.entries(options).filter(([, option]) => !option.hidden)
}

/** The commands under one heading that are shown. */
export function inGroup(program: Program, group: string): [name: string, command: Command][] {
  return Object.entries(program.commands).filter(([, command]) => command.group === group && !command.hidden)
}

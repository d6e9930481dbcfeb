// The manual page bunc.8 in the man(7) macros, made from the command table. Loaded only when somebody asks.
// It refuses to know any command.

import { program } from './commands.ts'
import type { Command, Operand, Option, Program } from './grammar.ts'
import { WIDTH, wrap } from './layout.ts'
import { flagSpelling, HEADINGS, inGroup, operandSpelling, remark, usageLine, visible } from './spelling.ts'

const EXIT_STATUS: readonly (readonly [code: string, text: string])[] = [
  ['0', 'The command did what was asked.'],
  ['1', 'It did not; one line on standard error says why.'],
  ['255', 'The process of "exec" could not be started.'],
  [
    'other',
    'In the foreground, "run" and "exec" end with the exit code of the process, or with 128 and the number of the signal that ended it.',
  ],
]

/** The page as roff source. `version` is printed at its foot. */
export function man(version: string, table: Program = program): string {
  const lines = [
    `.TH ${table.name.toUpperCase()} 8 "" "${table.name} ${roff(version)}" "System administration"`,
    '.SH NAME',
    `${roff(table.name)} \\- ${roff(table.text)}`,
    '.SH SYNOPSIS',
    `.B ${roff(table.name)}`,
    '[GLOBAL FLAGS] COMMAND [FLAGS] [ARGUMENTS]',
    '.SH DESCRIPTION',
    ...textLines(
      'An OCI container runtime: what container engines execute to create, start, signal and remove a container.',
    ),
    '.SH GLOBAL FLAGS',
    'These stand before the command.',
    ...flags(table.options),
    ...Object.entries(HEADINGS).flatMap(([group, heading]) => groupLines(table, group, heading)),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([code, text]) => tagged(code, text)),
    '.SH SEE ALSO',
    '.BR namespaces (7),',
    '.BR cgroups (7),',
    '.BR capabilities (7),',
    '.BR seccomp (2)',
  ]
  return `${lines.join('\n')}\n`
}

function groupLines(table: Program, group: string, heading: string): string[] {
  const commands = inGroup(table, group)
  if (commands.length === 0) return []
  return [`.SH ${heading.toUpperCase()}`, ...commands.flatMap(([name, command]) => commandLines(table, name, command))]
}

function commandLines(table: Program, name: string, command: Command): string[] {
  return [
    `.SS ${roff(usageLine(table.name, name, command))}`,
    ...textLines(`${command.text}.`),
    ...(command.about === undefined ? [] : textLines(command.about)),
    ...Object.values(command.operands).flatMap((operand: Operand) => tagged(operandSpelling(operand), remark(operand))),
    ...flags(command.options),
    '.PP',
    command.examples.length > 1 ? 'Examples:' : 'Example:',
    '.PP',
    '.nf',
    ...command.examples.map((example) => roff(`  ${table.name} ${example}`)),
    '.fi',
  ]
}

function flags(options: Readonly<Record<string, Option>>): string[] {
  return visible(options).flatMap(([name, option]) => tagged(flagSpelling(name, option), remark(option)))
}

function tagged(tag: string, text: string): string[] {
  return ['.TP', `.B ${roff(tag)}`, ...textLines(text)]
}

/** Text in short lines; one that begins with a dot would be read as a request. */
function textLines(text: string): string[] {
  return wrap(text, WIDTH).map((line) => (line.startsWith('.') ? `\\&${roff(line)}` : roff(line)))
}

/** Escapes what roff would read: backslashes, quotes (an argument's bounds) and dashes, which must stay ASCII for search. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq').replaceAll("'", '\\(aq')
}

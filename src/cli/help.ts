// The text of `help` and `--help`, made from the command table. Loaded only when somebody asks.
// It refuses to know any command, and where the text goes.

import { program } from './commands.ts'
import type { Command, Options, Program } from './grammar.ts'
import { columns, WIDTH, wrap } from './layout.ts'
import { flagSpelling, HEADINGS, inGroup, operandSpelling, remark, usageLine, visible } from './spelling.ts'

/** Help on the program, or on the command that `topic` names; ends with a newline. An unknown topic means the program. */
export function help(topic?: string, table: Program = program): string {
  const command = topic !== undefined && Object.hasOwn(table.commands, topic) ? table.commands[topic] : undefined
  const sections =
    topic !== undefined && command !== undefined ? commandHelp(table, topic, command) : programHelp(table)
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function programHelp(table: Program): string[][] {
  const longest = Math.max(...Object.keys(table.commands).map((name) => name.length))
  const groups = Object.entries(HEADINGS).map(([group, heading]) => {
    const commands = inGroup(table, group)
    return section(heading, columns(commands.map(([name, { text }]) => [name.padEnd(longest), text])))
  })
  return [
    [`${table.name}: ${table.text}`],
    [`Usage: ${table.name} [GLOBAL FLAGS] COMMAND [FLAGS] [ARGUMENTS]`],
    ...groups,
    section('Global flags', columns(flagRows(table.options))),
    [`"${table.name} help COMMAND" shows the flags and arguments of a command.`],
  ]
}

function commandHelp(table: Program, name: string, command: Command): string[][] {
  const operands = Object.values(command.operands)
  return [
    [`${table.name} ${name}: ${command.text}`],
    [`Usage: ${usageLine(table.name, name, command)}`],
    command.about === undefined ? [] : wrap(command.about, WIDTH),
    section('Arguments', columns(operands.map((operand) => [operandSpelling(operand), remark(operand)]))),
    section('Flags', columns(flagRows(command.options))),
    section(
      'Examples',
      command.examples.map((example) => `  ${table.name} ${example}`),
    ),
  ]
}

function section(heading: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`${heading}:`, ...lines]
}

/** Long names stand in one column whether or not a short name precedes them. */
function flagRows(options: Options): [string, string][] {
  const rows = visible(options)
  const indent = rows.some(([, option]) => option.short !== undefined) ? '    ' : ''
  return rows.map(([name, option]) => [
    (option.short === undefined ? indent : '') + flagSpelling(name, option),
    remark(option),
  ])
}

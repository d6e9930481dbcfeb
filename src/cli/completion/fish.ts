// The completion script for fish: one `complete` line for each command, flag and operand.

import type { Option, Program } from '../grammar.ts'
import { visible } from '../spelling.ts'
import { type Source, sourceOf } from './source.ts'

/** The script for the commands and flags of `table` that are shown. */
export function fishCompletion(table: Program): string {
  const commands = Object.entries(table.commands).filter(([, command]) => !command.hidden)
  const names = [...commands.map(([name]) => name), 'help']
  const before = `not __fish_seen_subcommand_from ${names.join(' ')}`
  const lines = [
    `# fish completion for ${table.name}`,
    `complete -c ${table.name} -f`,
    ...visible(table.options).map(([name, option]) => flagLine(table, before, [name, option])),
    ...commands.map(([name, { text }]) => `${head(table, before)} -a ${name} -d ${quoted(text)}`),
    `${head(table, before)} -a help -d 'Explain a command'`,
    `${head(table, '__fish_seen_subcommand_from help')} -a ${quoted(names.slice(0, -1).join(' '))}`,
    ...commands.flatMap(([name, command]) => {
      const after = `__fish_seen_subcommand_from ${name}`
      const operands = Object.values(command.operands).map((operand) => words(table, sourceOf(operand)))
      return [
        ...visible(command.options).map((row) => flagLine(table, after, row)),
        `${head(table, after)} -s h -l help -d 'show help and stop'`,
        ...operands.filter(Boolean).map((source) => head(table, after) + source),
      ]
    }),
  ]
  return `${lines.join('\n')}\n`
}

function head(table: Program, condition: string): string {
  return `complete -c ${table.name} -n ${quoted(condition)}`
}

function flagLine(table: Program, condition: string, [name, option]: readonly [string, Option]): string {
  const short = option.short === undefined ? '' : ` -s ${option.short}`
  const value = option.kind === 'flag' ? '' : ` -x${words(table, sourceOf(option))}`
  return `${head(table, condition)}${short} -l ${name}${value} -d ${quoted(option.text)}`
}

function words(table: Program, source: Source): string {
  switch (source.from) {
    case 'words':
      return ` -a ${quoted(source.words.join(' '))}`
    case 'directories':
      return " -a '(__fish_complete_directories)'"
    case 'files':
      return " -a '(__fish_complete_path)'"
    case 'containers':
      return ` -a '(${table.name} list --quiet 2>/dev/null)'`
    case 'nothing':
      return ''
  }
}

/** Between single quotes fish reads a backslash before a quote or a backslash, and nothing else. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

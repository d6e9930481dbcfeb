// The completion script for zsh, in the words of its _arguments function (zshcompsys(1)).

import type { Command, Operand, Option, Options, Program } from '../grammar.ts'
import { visible } from '../spelling.ts'
import { quoted, type Source, sourceOf } from './source.ts'

const HELP = "'(-h --help)'{-h,--help}'[show help and stop]'"

/** The script for the commands and flags of `table` that are shown. */
export function zshCompletion(table: Program): string {
  const name = table.name
  const commands = Object.entries(table.commands).filter(([, command]) => !command.hidden)
  return `#compdef ${name}

_${name}_containers() {
  local -a containers
  containers=(\${(f)"$(${name} $root list --quiet 2>/dev/null)"})
  compadd -a containers
}

_${name}_commands() {
  local -a commands
  commands=(
${commands.map(([command, { text }]) => `    ${quoted(`${command}:${text}`)}`).join('\n')}
    'help:Explain a command'
  )
  _describe command commands
}

_${name}() {
  local context state state_descr line curcontext="$curcontext"
  local -a root
  local -A opt_args
  _arguments -C \\
${lines(flagSpecs(table.options, name))}
    '1:command:_${name}_commands' \\
    '*::argument:->arguments'
  [[ $state == arguments ]] || return
  # The flags of the command take the place of these in opt_args.
  (( \${+opt_args[--root]} )) && root=(--root \${opt_args[--root]})
  case $words[1] in
${commands.map(([command, row]) => commandCase(name, command, row)).join('\n')}
    help) _arguments '1:command:_${name}_commands' ;;
  esac
}

# The file may be sourced, or loaded by compinit as the body of the function.
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

function commandCase(program: string, name: string, command: Command): string {
  const operands = Object.values(command.operands).map((operand: Operand, at) => {
    const place = operand.kind === 'list' ? '*' : `${at + 1}`
    return quoted(`${place}:${escaped(operand.value)}:${action(program, sourceOf(operand))}`)
  })
  const specs = [...flagSpecs(command.options, program), HELP, ...operands]
  return `    ${name})
      _arguments ${command.stopEarly ? "-A '-*' " : ''}\\
${lines(specs).replace(/ \\$/, '')}
      ;;`
}

function lines(specs: readonly string[]): string {
  return specs.map((spec) => `        ${spec} \\`).join('\n')
}

/** One spec per flag: `'(-b --bundle)'{-b+,--bundle=}'[text]:DIR:_files -/'`. */
function flagSpecs(options: Options, program: string): string[] {
  return visible(options).map(([long, option]) => {
    const many = option.kind === 'list' || option.kind === 'integers'
    const value = option.kind === 'flag' ? '' : `:${escaped(option.value ?? '')}:${action(program, sourceOf(option))}`
    return flagNames(long, option, many) + quoted(`[${escaped(option.text)}]${value}`)
  })
}

function flagNames(long: string, { kind, short }: Option, many: boolean): string {
  const name = kind === 'flag' ? `--${long}` : `--${long}=`
  const star = many ? quoted('*') : ''
  if (short === undefined) return star + name
  const both = `{-${short}${kind === 'flag' ? '' : '+'},${name}}`
  return many ? star + both : quoted(`(-${short} --${long})`) + both
}

function action(program: string, source: Source): string {
  switch (source.from) {
    case 'words':
      return `(${source.words.join(' ')})`
    case 'directories':
      return '_files -/'
    case 'files':
      return '_files'
    case 'containers':
      return `_${program}_containers`
    case 'nothing':
      return ' '
  }
}

/** Brackets and colons part a spec. */
function escaped(text: string): string {
  return [...text].map((char) => ('[]:\\'.includes(char) ? `\\${char}` : char)).join('')
}

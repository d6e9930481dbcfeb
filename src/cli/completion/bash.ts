// The completion script for bash 4 and newer. It needs no bash-completion package.
// Bash splits words at "=" (COMP_WORDBREAKS), so "--format=json" arrives as three words.

import type { Command, Operand, Option, Program } from '../grammar.ts'
import { visible } from '../spelling.ts'
import { type Source, sourceOf } from './source.ts'

type Scope = readonly [name: string, command: Pick<Command, 'options' | 'operands'>]

/** The script for the commands and flags of `table` that are shown. */
export function bashCompletion(table: Program): string {
  const scopes: Scope[] = [
    ['', { options: table.options, operands: {} }],
    ...Object.entries(table.commands).filter(([, command]) => !command.hidden),
  ]
  const name = table.name
  return `# bash completion for ${name}

# Sets what may stand after the command $1: its flags, and those of them that take a value.
_${name}_scope() {
  case $1 in
${scopes.map(scopeCase).join('\n')}
    *) flags='' takes='' ;;
  esac
}

# Sets the source of the words for "COMMAND FLAG" or "COMMAND PLACE".
_${name}_source() {
  case $1 in
${scopes.flatMap(sourceCases).join('\n')}
  esac
}

${completer(name, [...scopes.slice(1).map(([command]) => command), 'help'])}`
}

/** Walks the words up to the cursor, keeping the command, the place among its operands and a flag that wants its value. */
function completer(name: string, commands: readonly string[]): string {
  return `_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command='' place=0 at word pending flags takes source='' root=()
  _${name}_scope ''
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]} pending=''
    case $word in
      -*)
        [[ " $takes " == *" $word "* ]] || continue
        pending=$word
        [[ \${COMP_WORDS[at + 1]} == = ]] && at=$((at + 1))
        at=$((at + 1))
        [[ $word == --root ]] && root=(--root "\${COMP_WORDS[at]}")
        ;;
      =) at=$((at + 1)) ;;
      *)
        if [[ -n $command ]]; then
          place=$((place + 1))
        else
          command=$word
          _${name}_scope "$command"
        fi
        ;;
    esac
  done
  [[ $cur == = ]] && cur=''
  COMPREPLY=()
  if ((at > COMP_CWORD)); then
    _${name}_source "$command $pending"
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  elif [[ -z $command ]]; then
    source='words ${commands.join(' ')}'
  else
    _${name}_source "$command $place"
  fi
  case $source in
    words*) COMPREPLY=($(compgen -W "\${source#words}" -- "$cur")) ;;
    directories) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    containers) COMPREPLY=($(compgen -W "$(${name} "\${root[@]}" list --quiet 2>/dev/null)" -- "$cur")) ;;
  esac
}
complete -F _${name} ${name}
`
}

function scopeCase([name, { options }]: Scope): string {
  const rows = visible(options)
  const flags = [...rows.flatMap(names), ...('help' in options ? [] : ['-h', '--help'])]
  const takes = rows.filter(([, option]) => option.kind !== 'flag').flatMap(names)
  return `    '${name}') flags='${flags.join(' ')}' takes='${takes.join(' ')}' ;;`
}

function sourceCases([name, { options, operands }]: Scope): string[] {
  const flags = visible(options).map(([long, option]) =>
    sourceCase(
      names([long, option]).map((flag) => `'${name} ${flag}'`),
      sourceOf(option),
    ),
  )
  const places = Object.values(operands).map((operand: Operand, place) =>
    sourceCase([`'${name} ${place}'`], sourceOf(operand)),
  )
  return [...flags, ...places].filter((line) => line !== '')
}

function sourceCase(patterns: readonly string[], source: Source): string {
  if (source.from === 'nothing') return ''
  const words = source.from === 'words' ? ` ${source.words.join(' ')}` : ''
  return `    ${patterns.join(' | ')}) source='${source.from}${words}' ;;`
}

function names([long, option]: readonly [string, Option]): string[] {
  return option.short === undefined ? [`--${long}`] : [`-${option.short}`, `--${long}`]
}

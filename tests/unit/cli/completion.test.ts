// Completion scripts are read by the shells that they are made for, and two of them are made to complete.

import { describe, expect, test } from 'bun:test'
import { program } from '#src/cli/commands.ts'
import { completion, type Shell } from '#src/cli/completion.ts'
import { visible } from '#src/cli/spelling.ts'
import { needs } from '#tests/support/needs.ts'

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']

function run(argv: string[], input: string): { code: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { stdin: new TextEncoder().encode(input), timeout: 20_000 })
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() }
}

/** The last word is the one that is being completed. Containers "web" and "db" exist. */
function inBash(words: readonly string[]): string[] {
  const script = `${completion('bash', program)}
bunc() { printf '%s\\n' web db "root:$2"; }
compopt() { :; }
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_bunc
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { code, out, err } = run(['bash', '--norc', '-u'], script)
  expect([code, err]).toEqual([0, ''])
  return out.split('\n').filter(Boolean)
}

function inFish(line: string): string[] {
  const script = `${completion('fish', program)}
function bunc; printf '%s\\n' web db; end
complete -C '${line}'`
  const { code, out, err } = run(['fish', '--no-config'], script)
  expect([code, err]).toEqual([0, ''])
  return out.split('\n').flatMap((row) => row.split('\t')[0] || [])
}

for (const shell of SHELLS) {
  needs(shell).test(`The ${shell} script is good ${shell} for every table`, () => {
    for (const table of [program, program]) {
      expect(run([shell, '-n'], completion(shell, table))).toEqual({ code: 0, out: '', err: '' })
    }
  })

  test(`The ${shell} script names every command and every flag that is shown, and none that is hidden`, () => {
    const script = completion(shell, program)
    const spelled = (flag: string): string => (shell === 'fish' ? `-l ${flag} ` : `--${flag}`)
    for (const [name, { options }] of Object.entries(program.commands)) {
      expect(script).toContain(name)
      const missing = visible(options).filter(([flag]) => !script.includes(spelled(flag)))
      expect([name, missing]).toEqual([name, []])
    }
    expect(script).not.toContain('kernel-memory')
  })
}

needs('bash').test('A script that is bad bash would be noticed', () => {
  expect(run(['bash', '-n'], 'case x in').code).not.toBe(0)
})

const completions: readonly (readonly [words: string, expected: readonly string[]])[] = [
  ['bunc cre', ['create']],
  ['bunc sta', ['start', 'state']],
  ['bunc --root /x sta', ['start', 'state']],
  ['bunc --root = /x sta', ['start', 'state']],
  ['bunc --debug sta', ['start', 'state']],
  ['bunc --ro', ['--root', '--rootless']],
  ['bunc --log-format ', ['text', 'json']],
  ['bunc --log-format = ', ['text', 'json']],
  ['bunc --log-format =', ['text', 'json']],
  ['bunc list --format = j', ['json']],
  ['bunc list -f t', ['table']],
  ['bunc create --no-n', ['--no-new-keyring']],
  ['bunc create --he', ['--help']],
  ['bunc create --bundle /us', ['/usr']],
  ['bunc kill w', ['web']],
  ['bunc kill --all w', ['web']],
  ['bunc --root /x start r', ['root:/x']],
  ['bunc kill web K', ['KILL']],
  ['bunc exec web l', []],
  ['bunc mounts ', ['add', 'remove']],
  ['bunc mounts add w', ['web']],
  ['bunc nonsense ', []],
]

describe('bash', () => {
  for (const [words, expected] of completions) {
    needs('bash').test(`completes "${words}"`, () => {
      expect(inBash(words.split(' '))).toEqual([...expected])
    })
  }
})

describe('fish', () => {
  const cases: readonly (readonly [line: string, expected: readonly string[]])[] = [
    ['bunc stat', ['state']],
    ['bunc --root /x crea', ['create']],
    ['bunc create --no-n', ['--no-new-keyring']],
    ['bunc list --format ', ['json', 'table']],
    ['bunc state w', ['web']],
    ['bunc help featu', ['features']],
  ]
  for (const [line, expected] of cases) {
    needs('fish').test(`completes "${line}"`, () => {
      expect(inFish(line).sort()).toEqual([...expected])
    })
  }
})

// Holds every row of the command table against what it promises: the types of `Invocation` are trusted to follow from
// the rows, so each flag and operand is given here and its value is looked at.

import { describe, expect, test } from 'bun:test'

import { program } from '#src/cli/commands.ts'
import type { Command, Operand, Option } from '#src/cli/grammar.ts'
import { parseFor } from '#src/cli/parse.ts'

const SAMPLES = {
  flag: ['true', true],
  text: ['word', 'word'],
  integer: ['1', 1],
  size: ['1k', 1024],
  duration: ['1s', 1000],
  user: ['1:2', { uid: 1, gid: 2 }],
  signal: ['int', 'INT'],
  list: ['word', ['word']],
  integers: ['1', [1]],
} as const

const ABSENT = new Map<string, unknown>([
  ['flag', false],
  ['list', []],
  ['integers', []],
])

const commands: readonly (readonly [string, Command])[] = Object.entries(program.commands)
const flags: readonly (readonly [command: string, flag: string, Option, operands: readonly string[]])[] =
  commands.flatMap(([name, command]) =>
    Object.entries(command.options).map(([flag, option]) => [name, flag, option, words(command)] as const),
  )

function sample(row: Option | Operand): readonly [word: string, value: unknown] {
  const [choice] = row.choices ?? []
  return choice === undefined ? SAMPLES[row.kind] : [choice, choice]
}

function words(command: Command): string[] {
  return Object.values(command.operands).map((operand) => sample(operand)[0])
}

function camelCase(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function values(words: readonly string[], part: string): Map<string, unknown> {
  const invocation = Object.entries(parseFor(program, words)).find(([key]) => key === part)
  return new Map(Object.entries(invocation?.[1] ?? {}))
}

describe('a flag', () => {
  for (const [name, flag, option, operands] of flags) {
    const [word, value] = sample(option)

    test(`--${flag} of ${name} has the value that its kind promises`, () => {
      const read = values([name, `--${flag}=${word}`, ...operands], 'options')
      expect(read.get(camelCase(flag))).toEqual(value)
    })

    test(`--${flag} of ${name} is off, empty, absent or its default where it was not given`, () => {
      const read = values([name, ...operands], 'options')
      const key = camelCase(flag)
      expect(read.has(key)).toBe(true)
      if (option.default !== undefined) {
        expect(read.get(key)).toEqual(values([name, `--${flag}=${option.default}`, ...operands], 'options').get(key))
        expect(read.get(key)).toBeDefined()
      } else {
        expect(read.get(key)).toEqual(ABSENT.get(option.kind))
      }
    })

    if (option.short !== undefined) {
      test(`-${option.short} of ${name} is --${flag}`, () => {
        const long = values([name, `--${flag}=${word}`, ...operands], 'options')
        expect(values([name, `-${option.short}=${word}`, ...operands], 'options')).toEqual(long)
      })
    }
  }
})

describe('a global flag', () => {
  for (const [flag, option] of Object.entries(program.options)) {
    if (flag === 'help' || flag === 'version') continue
    test(`--${flag} has the value that its kind promises`, () => {
      const [word, value] = sample(option)
      expect(values([`--${flag}=${word}`, 'features'], 'global').get(camelCase(flag))).toEqual(value)
    })
  }
})

describe('an operand', () => {
  for (const [name, command] of commands) {
    test(`of ${name} has the value that its kind promises`, () => {
      const expected = Object.entries(command.operands).map(([key, operand]) => [key, sample(operand)[1]] as const)
      expect(values([name, ...words(command)], 'operands')).toEqual(new Map(expected))
    })
  }
})

describe('the table', () => {
  test('gives no letter to two flags of a command', () => {
    for (const [name, { options }] of commands) {
      const letters = Object.values(options).flatMap(({ short }: Option) => short ?? [])
      expect([name, letters]).toEqual([name, [...new Set(letters)]])
      expect(letters).not.toContain('h')
    }
  })

  test('names the value of every flag that takes one', () => {
    const nameless = flags.filter(([, , { kind, value }]) => (kind === 'flag') !== (value === undefined))
    expect(nameless).toEqual([])
  })

  test('lets only the last operand be a list, and nothing needed follow what may be left out', () => {
    for (const [name, { operands }] of commands) {
      const all = Object.values(operands)
      const early = all.slice(0, -1).filter(({ kind, unless }) => kind === 'list' || unless !== undefined)
      expect([name, early]).toEqual([name, []])
      const first = all.findIndex(({ optional }) => optional === true)
      expect([name, first < 0 || all.slice(first).every(({ optional }) => optional === true)]).toEqual([name, true])
    }
  })

  test('describes every command and flag in one line without a full stop', () => {
    const texts = [...commands.map(([, { text }]) => text), ...flags.map(([, , { text }]) => text)]
    expect(texts.filter((text) => text === '' || text.endsWith('.') || text.includes('\n'))).toEqual([])
  })

  test('never hints at two commands by one word', () => {
    const hints = commands.flatMap(([name, { also }]) => [name, ...(also ?? [])])
    expect(hints).toEqual([...new Set(hints)])
  })
})

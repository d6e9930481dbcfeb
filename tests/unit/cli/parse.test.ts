// The rules by which a command line is read, what asks for help, and the types that follow from the table.

import { describe, expect, expectTypeOf, test } from 'bun:test'

import { program } from '#src/cli/commands.ts'
import type { User } from '#src/cli/grammar.ts'
import { parse, parseFor } from '#src/cli/parse.ts'
import { CREATE, GLOBAL, read } from './read.ts'

type Rule = readonly [
  sentence: string,
  argv: readonly string[],
  part: 'options' | 'operands' | 'global',
  expected: object,
]

const rules: readonly Rule[] = [
  [
    'one dash is as good as two',
    ['run', '-detach', '-bundle', '/b', 'c'],
    'options',
    { ...CREATE, bundle: '/b', detach: true },
  ],
  [
    'a short flag takes the next word',
    ['run', '-d', '-b', '/b', 'c'],
    'options',
    { ...CREATE, bundle: '/b', detach: true },
  ],
  ['a short flag takes a value after =', ['run', '-b=/b', 'c'], 'options', { ...CREATE, bundle: '/b' }],
  ['two dashes before a short flag do', ['run', '--d', 'c'], 'options', { ...CREATE, detach: true }],
  ['only the first = parts a value', ['exec', '-e=A=b=c', 'c', 'x'], 'options', { env: ['A=b=c'], preserveFds: 0 }],
  ['flags may follow operands', ['create', 'c', '--bundle', '/b'], 'options', { ...CREATE, bundle: '/b' }],
  ['flags may stand around operands', ['run', '-d', 'c', '--keep'], 'options', { ...CREATE, detach: true, keep: true }],
  ['two dashes end the flags', ['state', '--', '-c'], 'operands', { container: '-c' }],
  ['a negative number is a value', ['update', '--memory-swap', '-1', 'c'], 'options', { memorySwap: -1 }],
  [
    'a value may look like a flag',
    ['create', '--pid-file', '--bundle', 'c'],
    'options',
    { ...CREATE, pidFile: '--bundle' },
  ],
  ['the last value wins', ['create', '-b', '/a', '-b', '/b', 'c'], 'options', { ...CREATE, bundle: '/b' }],
  ['an empty path is none', ['create', '--pid-file', '', '--bundle=', 'c'], 'options', CREATE],
  ['true switches a flag on', ['list', '--quiet=true'], 'options', { quiet: true, format: 'table' }],
  ['1 switches a flag on', ['list', '-q=1'], 'options', { quiet: true, format: 'table' }],
  ['T switches a flag on', ['list', '-q=T'], 'options', { quiet: true, format: 'table' }],
  ['false switches a flag off', ['list', '--quiet', '--quiet=false'], 'options', { format: 'table' }],
  ['0 switches a flag off', ['list', '-q=0'], 'options', { format: 'table' }],
  ['F switches a flag off', ['list', '-q=F'], 'options', { format: 'table' }],
  ['help may be denied', ['list', '--help=false'], 'options', { format: 'table' }],
  [
    'lists keep their order',
    ['exec', '-e', 'A=1', '--env', 'B=2', '-c', 'CAP_CHOWN', 'c', 'x'],
    'options',
    { env: ['A=1', 'B=2'], cap: ['CAP_CHOWN'], preserveFds: 0 },
  ],
  ['a comma does not part a list', ['exec', '-e', 'A=1,2', 'c', 'x'], 'options', { env: ['A=1,2'], preserveFds: 0 }],
  [
    'groups are numbers',
    ['exec', '-g', '5', '-g', '0', 'c', 'x'],
    'options',
    { additionalGids: [5, 0], preserveFds: 0 },
  ],
  [
    'a user is a number',
    ['exec', '-u', '1', 'c', 'x'],
    'options',
    { user: { uid: 1, gid: undefined }, preserveFds: 0 },
  ],
  ['a user may have a group', ['exec', '-u', '1:2', 'c', 'x'], 'options', { user: { uid: 1, gid: 2 }, preserveFds: 0 }],
  ['sizes are bytes', ['update', '--memory', '64M', 'c'], 'options', { memory: 67_108_864 }],
  [
    'a limit may be lifted',
    ['update', '--pids-limit=-1', '--cpu-quota', '-1', 'c'],
    'options',
    { pidsLimit: -1, cpuQuota: -1 },
  ],
  ['a zero is not absent', ['update', '--cpu-idle', '0', 'c'], 'options', { cpuIdle: 0 }],
  [
    'what follows the container is its command',
    ['exec', 'c', 'ls', '-l', '--help'],
    'operands',
    { container: 'c', args: ['ls', '-l', '--help'] },
  ],
  ['even where it is a flag of ours', ['exec', 'c', '--tty'], 'operands', { container: 'c', args: ['--tty'] }],
  [
    'dashes may part the command from the container',
    ['exec', 'c', '--', 'ls', '--'],
    'operands',
    { container: 'c', args: ['ls', '--'] },
  ],
  ['dashes may stand before both', ['exec', '--', 'c', 'ls', '-l'], 'operands', { container: 'c', args: ['ls', '-l'] }],
  [
    'dashes of the command are its own',
    ['exec', 'c', 'sh', '--', 'x'],
    'operands',
    { container: 'c', args: ['sh', '--', 'x'] },
  ],
  ['try takes a command at once', ['try', 'ls', '-l'], 'operands', { args: ['ls', '-l'] }],
  ['try takes a command after dashes', ['try', '--', 'ls', '--help'], 'operands', { args: ['ls', '--help'] }],
  ['try does without a command', ['try'], 'operands', {}],
  ['ps hands on what follows', ['ps', 'c', '-ef'], 'operands', { container: 'c', args: ['-ef'] }],
  ['a signal may have a dash', ['kill', 'c', '-9'], 'operands', { container: 'c', signal: 9 }],
  ['a signal may have a name', ['kill', 'c', 'sigusr1'], 'operands', { container: 'c', signal: 'USR1' }],
  ['a flag of the program may have one dash', ['-root', '/r', 'list'], 'global', { ...GLOBAL, root: '/r' }],
  ['dashes may end the flags of the program', ['--debug', '--', 'list'], 'global', { ...GLOBAL, debug: true }],
]

describe('a command line', () => {
  for (const [sentence, argv, part, expected] of rules) {
    test(`is read by rule: ${sentence}`, () => {
      expect(read(argv)[part]).toEqual({ ...expected })
    })
  }
})

const asked: readonly (readonly [words: string, topic: string | undefined])[] = [
  ['', undefined],
  ['help', undefined],
  ['help help', undefined],
  ['help --help', undefined],
  ['-h', undefined],
  ['--help', undefined],
  ['--debug', undefined],
  ['--help create', undefined],
  ['help create', 'create'],
  ['create -h', 'create'],
  ['create --help', 'create'],
  ['create --preserve-fds=many --help', 'create'],
  ['exec --help', 'exec'],
]

describe('help', () => {
  for (const [words, topic] of asked) {
    test(`is what "${words}" asks for`, () => {
      const invocation = parse(words.split(' ').filter(Boolean))
      expect(invocation.command).toBe('help')
      expect(invocation).toMatchObject({ topic })
    })
  }

  test('is not what --version asks for, whatever stands behind it', () => {
    expect(parse(['-v']).command).toBe('version')
    expect(parse(['--version', 'list', '--bogus']).command).toBe('version')
  })
})

test('Every example of the table is a command line that works', () => {
  const examples = Object.entries(program.commands).flatMap(([name, { examples }]) =>
    examples.map((example) => [name, example] as const),
  )
  expect(examples.length).toBeGreaterThanOrEqual(Object.keys(program.commands).length)
  for (const [name, example] of examples) {
    expect<string>(parseFor(program, example.split(' ')).command).toBe(name)
  }
})

test('The types of an invocation follow from its row', () => {
  const created = parse(['create', 'c'])
  if (created.command !== 'create') throw new Error('"create" is not read as create')
  expectTypeOf(created.operands.container).toEqualTypeOf<string>()
  expectTypeOf(created.options.bundle).toEqualTypeOf<string>()
  expectTypeOf(created.options.consoleSocket).toEqualTypeOf<string | undefined>()
  expectTypeOf(created.options.noPivot).toEqualTypeOf<boolean>()
  expectTypeOf(created.options.preserveFds).toEqualTypeOf<number>()
  expectTypeOf(created.global.logFormat).toEqualTypeOf<'text' | 'json'>()
  expectTypeOf(created.global.cgroupManager).toEqualTypeOf<'cgroupfs' | 'systemd' | 'disabled' | undefined>()
  const executed = parse(['exec', 'c', 'x'])
  if (executed.command !== 'exec') throw new Error('"exec" is not read as exec')
  expectTypeOf(executed.options.user).toEqualTypeOf<User | undefined>()
  expectTypeOf(executed.options.env).toEqualTypeOf<readonly string[]>()
  expectTypeOf(executed.options.additionalGids).toEqualTypeOf<readonly number[]>()
  expectTypeOf(executed.operands.args).toEqualTypeOf<readonly string[]>()
  const killed = parse(['kill', 'c'])
  if (killed.command !== 'kill') throw new Error('"kill" is not read as kill')
  expectTypeOf(killed.operands.signal).toEqualTypeOf<number | string>()
  const updated = parse(['update', 'c'])
  if (updated.command !== 'update') throw new Error('"update" is not read as update')
  expectTypeOf(updated.options.memory).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: no command has a flag that its row does not name
  expect(updated.options.bundle).toBeUndefined()
})

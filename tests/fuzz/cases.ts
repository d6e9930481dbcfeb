// One case of the fuzzer for each number: a changed config.json, validated and, where it is accepted, created on a kernel
// that only writes down; a process or resources as `exec` and `update` read them; or a command line. Gives what is wrong
// with how bunc has taken it.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { record } from '#ffi/perform/record.ts'
import { failureText } from '#src/cli/failure-text.ts'
import { program } from '#src/cli/commands.ts'
import { parse } from '#src/cli/parse.ts'
import { readConfig, readProcess, readResources } from '#src/config/config.ts'
import type { Config } from '#src/config/schema/config.ts'
import { defaultSpec as ownSpec } from '#src/config/default-spec.ts'
import { create } from '#src/container/create.ts'
import { dockerConfigText } from '#tests/support/docker-config.ts'
import { random } from '#tests/support/random.ts'
import { SPEC_EXAMPLE } from '#tests/support/spec-example.ts'
import { defaultSpec } from '#tests/support/spec.ts'
import { transcriptHost } from '#tests/transcripts/host.ts'
import { grafted, mutated, type Next, pick } from './mutate.ts'

/** What has become of a case. */
export interface Verdict {
  readonly kind: 'refused' | 'created' | 'failed' | 'parsed' | 'read'
  /** What the user would read; empty where all went well. */
  readonly message: string
  /** The input, for who looks into it. */
  readonly input: string
  /** What is wrong; undefined where nothing is. */
  readonly wrong: string | undefined
}

const SOURCES: readonly [unknown, ...unknown[]] = [
  ownSpec(),
  defaultSpec('fuzz'),
  JSON.parse(dockerConfigText()),
  SPEC_EXAMPLE,
  ...transcripts(),
]

/** The configs whose transcripts are reviewed: one for each way that a container is made in. */
function transcripts(): unknown[] {
  const dir = join(import.meta.dir, '../transcripts')
  const cases = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return cases.map(({ name }) => JSON.parse(readFileSync(join(dir, name, 'config.json'), 'utf8')))
}

/** Takes the number of a case, gives its verdict. */
export function tried(seed: number): Verdict {
  const next = random(seed)
  const kind = next(16)
  if (kind < 4) return triedArgv(next)
  if (kind === 4) return triedPart(next, ['process'], readProcess)
  return kind === 5 ? triedPart(next, ['linux', 'resources'], readResources) : triedConfig(next)
}

/** Takes the number of a case, gives a config for a real container: the plain one, changed. */
export function configFor(seed: number, plain: unknown): unknown {
  const next = random(seed)
  let json = plain
  for (let change = 0; change <= next(3); change++) json = mutated(json, next)
  return json
}

/** A document that holds what a config has at a path. */
function triedPart(next: Next, path: readonly string[], reads: (text: string) => unknown): Verdict {
  const part = () => path.reduce<unknown>((json, name) => valueIn(json, name), pick(next, SOURCES)) ?? {}
  const input = changedText(part, next)
  return judged(
    input,
    () => {
      reads(input)
      return 'read'
    },
    () => 'refused',
  )
}

function valueIn(json: unknown, name: string): unknown {
  return Object.entries(json ?? {}).find(([key]) => key === name)?.[1]
}

/** The text of a document with something of others in it and something that is wrong; one of both may be nothing. */
function changedText(document: () => unknown, next: Next): string {
  let json = document()
  for (let graft = next(4); graft > 0; graft--) json = grafted(json, document(), next)
  for (let change = next(4); change > 0; change--) json = mutated(json, next)
  return JSON.stringify(json) ?? 'null'
}

function triedConfig(next: Next): Verdict {
  const input = changedText(() => pick(next, SOURCES), next)
  let kind: Verdict['kind'] = 'refused'
  return judged(
    input,
    () => {
      const config = readConfig(input)
      kind = 'failed'
      createRecorded(config, input)
      kind = 'created'
      return kind
    },
    () => kind,
  )
}

function createRecorded(config: Config, configText: string): void {
  const kernel = record(transcriptHost({ cwd: config.process?.cwd ?? '/' }))
  create(kernel, {
    store: '/run/bunc',
    id: 'fuzz',
    bundle: '/bundle',
    config,
    configText,
    cgroupDriver: 'cgroupfs',
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    owner: '',
    warn: (error) => void failureText(error),
  })
}

const WORDS: readonly [string, ...string[]] = [
  'web',
  ...[
    'web',
    '',
    '-',
    '--',
    '---',
    '-h',
    '--help',
    '=',
    '--=',
    '-x',
    '--no-such',
    '1',
    '-1',
    '9'.repeat(40),
    'a=b',
    'a\nb',
  ],
  ...[
    'KILL',
    '99',
    'json',
    'table',
    '5s',
    '1h',
    '64M',
    '-5',
    '0x10',
    '{}',
    '/dev/null',
    '\u{1f4a9}',
    '../..',
    '%s',
    '$(id)',
  ],
]

const NAMES = Object.entries(program.commands).flatMap(([name, command]) => [
  name,
  ...Object.keys(command.options).map((option) => `--${option}`),
])
const GLOBAL = Object.keys(program.options).map((option) => `--${option}`)

function triedArgv(next: Next): Verdict {
  const lists = [WORDS, NAMES, GLOBAL]
  const argv = Array.from({ length: next(8) }, () => {
    const list = lists[next(lists.length)] ?? WORDS
    const word = list[next(list.length)] ?? ''
    return next(6) === 0
      ? `${word}=${pick(next, WORDS)}`
      : next(12) === 0
        ? (JSON.stringify(mutated(word, next)) ?? word)
        : word
  })
  return judged(
    JSON.stringify(argv),
    () => {
      parse(argv)
      return 'parsed'
    },
    () => 'refused',
  )
}

/** Any error is fine that a person can read on one line. */
function judged(input: string, act: () => Verdict['kind'], failed: () => Verdict['kind']): Verdict {
  try {
    return { kind: act(), message: '', input, wrong: undefined }
  } catch (error) {
    const message = failureText(error)
    return { kind: failed(), message, input, wrong: faultIn(message, error) }
  }
}

function faultIn(message: string, error: unknown): string | undefined {
  if (/Internal fault/.test(message)) return error instanceof Error ? (error.stack ?? error.message) : message
  if (message === '') return 'the message is empty'
  if (/\n|\r|\0/.test(message)) return 'the message is more than a line'
  return /\bundefined\b|\bNaN\b|\[object /.test(message) ? 'the message has a word of JavaScript' : undefined
}

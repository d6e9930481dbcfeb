// What the commands of bunc cost in counts, which are the same on a slow machine and a fast one: round trips to a task,
// system calls in tasks, system calls in bunc's own process. What Bun itself does at its start is not among them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Contender } from './contender.ts'

/** The cost of one command. */
export interface Counts {
  readonly roundTrips: number
  /** System calls in tasks, those before a task's execve apart. */
  readonly inTasks: number
  /** System calls in bunc's own process. */
  readonly here: number
  /** Those among both that open something. */
  readonly opened: number
}

/** The commands that are counted, in this order: each as its name and what follows it. */
const COMMANDS = {
  run: ({ bundle, id }) => ['--bundle', bundle, id],
  create: ({ bundle, id }) => ['--bundle', bundle, id],
  start: ({ id }) => [id],
  exec: ({ id }) => [id, 'true'],
  state: ({ id }) => [id],
  kill: ({ id }) => [id, 'KILL'],
  delete: ({ id }) => ['--force', id],
} as const satisfies Readonly<Record<string, (contender: Contender) => readonly string[]>>

/** The name of a counted command. */
export type Counted = keyof typeof COMMANDS

/** When a task keeps it waiting, bunc asks whether it still lives, by a call more: the smallest count is the cost. */
const REPEATS = 3

/** Takes bunc's contender, gives the counts of each command. */
export function countCommands(contender: Contender): Readonly<Record<string, Counts>> {
  const rounds = Array.from({ length: REPEATS }, () => countOnce(contender))
  const leastOf = (name: string) => least(rounds.flatMap((round) => round[name] ?? []))
  return Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, leastOf(name)]))
}

function least(counts: readonly Counts[]): Counts {
  const of = (kind: keyof Counts) => Math.min(...counts.map((count) => count[kind]))
  return { roundTrips: of('roundTrips'), inTasks: of('inTasks'), here: of('here'), opened: of('opened') }
}

/** `run` makes a container that ends by itself; the other commands follow the life of one that does not. */
function countOnce(contender: Contender): Readonly<Record<string, Counts>> {
  const counts = Object.entries(COMMANDS).map(([name, argsOf]) => {
    contender.configure(name === 'run' ? {} : { process: { args: ['sleep', '100000'] } })
    return [name, counted(contender, [name, ...argsOf(contender)])] as const
  })
  contender.configure({})
  return Object.fromEntries(counts)
}

/** Takes bunc's contender as it is configured, gives the counts of one `run`. */
export function countedRun(contender: Contender): Counts {
  return counted(contender, ['run', '--bundle', contender.bundle, contender.id])
}

/** By way of a file: a container that goes on would keep a pipe open. */
function counted(contender: Contender, command: readonly string[]): Counts {
  const file = contender.path('counts')
  const [, ...args] = contender.argv(...command)
  const argv = [process.execPath, join(import.meta.dir, 'counted.ts'), file, ...args]
  const { success } = Bun.spawnSync(argv, { ...contender.options, cwd: join(import.meta.dir, '../..') })
  if (!success) throw new Error(`Cannot count the calls of "bunc ${command[0]}": it fails`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

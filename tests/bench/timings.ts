// Table: what is timed. Each row measures one runtime once; the rounds, and who comes first, are known elsewhere.

import { readFileSync } from 'node:fs'

import { eventually } from '#tests/support/eventually.ts'
import type { Contender } from './contender.ts'

/** Something that takes time. */
export interface Timing {
  readonly name: string
  /** Measured once in so many rounds: the slow ones. */
  readonly every: number
  /** What the measurement needs. */
  readonly before?: (contender: Contender) => void
  /** Milliseconds. */
  readonly once: (contender: Contender) => number | Promise<number>
  readonly after?: (contender: Contender) => void
}

const AT_ONCE = 100

/** The rows in the order of the report. */
export const TIMINGS: readonly Timing[] = [
  { name: '--version', every: 1, once: (contender) => contender.time('--version') },
  { name: 'run', every: 1, once: (contender) => contender.time('run', '--bundle', contender.bundle, contender.id) },
  { name: 'create, start, delete', every: 1, once: threeCommands },
  {
    name: 'exec',
    every: 1,
    before: beginSleeper,
    once: (contender) => contender.time('exec', contender.id, 'true'),
    after: endSleeper,
  },
  {
    name: 'state',
    every: 1,
    before: beginSleeper,
    once: (contender) => contender.time('state', contender.id),
    after: endSleeper,
  },
  {
    name: 'kill',
    every: 1,
    before: beginSleeper,
    once: (contender) => contender.time('kill', contender.id, 'CONT'),
    after: endSleeper,
  },
  {
    name: 'list',
    every: 1,
    before: beginSleeper,
    once: (contender) => contender.time('list'),
    after: endSleeper,
  },
  { name: `run, ${AT_ONCE} at once`, every: 10, once: allAtOnce },
]

/** The container ends by itself after `start`; that is waited for, and not counted. */
async function threeCommands(contender: Contender): Promise<number> {
  const { id, bundle } = contender
  const pidFile = contender.path('pid')
  const create = contender.time('create', '--bundle', bundle, '--pid-file', pidFile, id)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const start = contender.time('start', id)
  await eventually('the end of the container', () => hasEnded(pid))
  return create + start + contender.time('delete', id)
}

function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    // ENOENT, ESRCH: it was reaped.
    return true
  }
}

function beginSleeper(contender: Contender): void {
  contender.configure({ process: { args: ['sleep', '100000'] } })
  contender.run('run', '--detach', '--bundle', contender.bundle, contender.id)
}

function endSleeper(contender: Contender): void {
  contender.run('delete', '--force', contender.id)
  contender.configure({})
}

async function allAtOnce(contender: Contender): Promise<number> {
  const began = performance.now()
  const codes = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => {
      const argv = contender.argv('run', '--bundle', contender.bundle, `${contender.id}-${index}`)
      return Bun.spawn(argv, contender.options).exited
    }),
  )
  const took = performance.now() - began
  if (codes.some((code) => code !== 0)) throw new Error(`Cannot measure ${contender.name}: exit codes ${codes.join()}`)
  return took
}

// Runs one program and says how it ended: exit code, signal, output.
//
// Every program leads a session of its own and is killed with its whole group when its time is up, so that a runtime
// that hangs fails a test instead of stopping the run. Output goes through files: a detached container inherits them,
// and a pipe would not report its end before that container's. Knows nothing about containers.
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { FILE_VARIABLE, RUN_VARIABLE } from './stragglers.ts'

/** How a program ended. `code` is 128 plus the number of the signal where a signal ended it. */
export interface Outcome {
  readonly argv: readonly string[]
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What may differ from an empty environment, /dev/null as input and ten seconds of patience. */
export interface SpawnOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Text, read from a file, or a descriptor of this process. */
  readonly stdin?: string | number
  /** A descriptor of this process that takes the place of the captured output. */
  readonly stdout?: number
  /** Descriptors of this process that the program gets as 3, 4 and so on. */
  readonly extraFds?: readonly number[]
  /** Milliseconds after which the program and its group are killed and the call fails. */
  readonly limit?: number
}

/** A program that runs: its pid is the id of its session, too. */
export interface Spawned {
  readonly pid: number
  readonly done: Promise<Outcome>
}

export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const DEFAULT_LIMIT = 10_000
let spawned = 0

/**
 * Starts `argv`, whose output is kept in files below `dir` until the program ends.
 * The promise in the result fails where the time limit was hit.
 */
export function spawn(dir: string, argv: readonly string[], options: SpawnOptions = {}): Spawned {
  const base = join(dir, `output-${++spawned}`)
  const paths = { stdin: `${base}.in`, stdout: `${base}.out`, stderr: `${base}.err` }
  const stdin = openInput(paths.stdin, options.stdin)
  const stdout = options.stdout ?? openSync(paths.stdout, 'a')
  const stderr = openSync(paths.stderr, 'a')
  const child = Bun.spawn([...argv], {
    stdio: [stdin ?? 'ignore', stdout, stderr, ...(options.extraFds ?? [])],
    env: { PATH: SEARCH_PATH, ...marks(), ...options.env },
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  closeSync(stderr)
  if (options.stdout === undefined) closeSync(stdout)
  if (stdin !== undefined && typeof options.stdin === 'string') closeSync(stdin)
  const read = () => ({
    stdout: options.stdout === undefined ? readFileSync(paths.stdout, 'utf8') : '',
    stderr: readFileSync(paths.stderr, 'utf8'),
  })
  const done = finish(child, options.limit ?? DEFAULT_LIMIT, argv, read).finally(() => {
    for (const path of Object.values(paths)) rmSync(path, { force: true })
  })
  return { pid: child.pid, done }
}

/** Starts `argv` and waits for its end; see `spawn`. */
export function runProgram(dir: string, argv: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  return spawn(dir, argv, options).done
}

/** Kills the session that `pid` leads; it is no error where nothing is left of it. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: the group has ended by itself.
  }
}

/** The variables by which the test run finds processes that outlive it. */
function marks(): Record<string, string> {
  const known = [RUN_VARIABLE, FILE_VARIABLE].flatMap((name) => [[name, process.env[name] ?? '']])
  return Object.fromEntries(known.filter(([, value]) => value !== ''))
}

function openInput(path: string, input: string | number | undefined): number | undefined {
  if (typeof input !== 'string') return input
  writeFileSync(path, input)
  return openSync(path, 'r')
}

async function finish(
  child: Bun.Subprocess,
  limit: number,
  argv: readonly string[],
  read: () => { stdout: string; stderr: string },
): Promise<Outcome> {
  let late = false
  const timer = setTimeout(() => {
    late = true
    killGroup(child.pid)
  }, limit)
  const code = await child.exited
  clearTimeout(timer)
  const outcome = { argv, code, ...read() }
  if (late) throw new Error(`Cannot finish within ${limit} ms: ${describeOutcome(outcome)}`)
  return outcome
}

/** One paragraph that says what was run and how it ended, for the message of a failed test. */
export function describeOutcome(outcome: Outcome): string {
  const command = outcome.argv.map((word) => (/^[\w./:=@,+-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
  return `${command}\nexit code ${outcome.code}\nstdout: ${outcome.stdout}\nstderr: ${outcome.stderr}`
}

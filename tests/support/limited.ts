// Runs one child of the test run to its end, or to the end of its time: a test that blocks its thread cannot be stopped
// from inside. Whatever the child has started must be gone when it is gone.

import { closeSync, openSync, readFileSync } from 'node:fs'

import { FILE_VARIABLE, killStragglers, RUN_VARIABLE, stragglers } from './stragglers.ts'

/** A command line and its limits. */
export interface Task {
  /** What the output and the environment call it. */
  readonly name: string
  readonly argv: readonly string[]
  readonly cwd: string
  /** Seconds. */
  readonly limit: number
  /** Where its output goes; a file, since a pipe would stay open for as long as any descendant. */
  readonly log: string
}

/** How it ended. */
export interface Ending {
  readonly code: number
  readonly seconds: number
  readonly output: string
  /** What the child did wrong as a process: it was late, or left others behind. */
  readonly faults: readonly string[]
}

const GRACE_MILLISECONDS = 2_000

/** Runs a task as the leader of a session of its own. Kills the session when the time is up or this process ends. */
export async function runLimited(task: Task): Promise<Ending> {
  const run = process.env[RUN_VARIABLE] ?? `${process.pid}`
  const mark = `${run}:${task.name}`
  const start = performance.now()
  const log = openSync(task.log, 'w')
  const child = Bun.spawn([...task.argv], {
    cwd: task.cwd,
    env: { ...process.env, [RUN_VARIABLE]: run, [FILE_VARIABLE]: mark },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const late = await endsLate(child, task.limit)
  const left = await outliving(mark)
  killStragglers(left)
  return {
    code: child.exitCode ?? 128,
    seconds: (performance.now() - start) / 1_000,
    output: readFileSync(task.log, 'utf8'),
    faults: [
      ...(late ? [`killed after ${task.limit} s: it hangs`] : []),
      ...left.map(({ pid, command }) => `left process ${pid} behind: ${command}`),
    ],
  }
}

async function endsLate(child: Bun.Subprocess, limit: number): Promise<boolean> {
  let late = false
  const kill = () => killSession(child.pid)
  const timer = setTimeout(() => {
    late = true
    kill()
  }, limit * 1_000)
  process.on('exit', kill)
  await child.exited
  process.off('exit', kill)
  clearTimeout(timer)
  return late
}

function killSession(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // ESRCH: nothing is left of it.
  }
}

/**
 * A process that was told to end may need a moment for it; and one that is just executing a program has no environment
 * for a moment, so that only a second look proves that there is none.
 */
async function outliving(mark: string) {
  const end = performance.now() + GRACE_MILLISECONDS
  for (let looks = 0; ;) {
    const left = stragglers(FILE_VARIABLE, mark)
    looks = left.length === 0 ? looks + 1 : 0
    if (looks === 2 || performance.now() > end) return left
    await Bun.sleep(20)
  }
}

// A daemon under test: started, waited for, ended. Every wait has its limit, so that a daemon that hangs fails a test
// in place of the run.
import { eventually } from '#tests/support/eventually.ts'
import { describeOutcome, killGroup, spawn } from '#tests/support/spawn.ts'
import type { Spawned } from '#tests/support/spawn.ts'

const START_LIMIT = 30_000
const STOP_LIMIT = 20_000
/** The daemon outlives every single command; this ends it when the test run hangs. */
const LIFE_LIMIT = 900_000

export class EngineProcess {
  readonly #child: Spawned
  readonly #argv: readonly string[]

  /** Starts `argv`, with its output in files below `dir`. */
  constructor(dir: string, argv: readonly string[], env: Readonly<Record<string, string>>) {
    this.#argv = argv
    this.#child = spawn(dir, argv, { limit: LIFE_LIMIT, env })
  }

  /** The id of its session, too. */
  get pid(): number {
    return this.#child.pid
  }

  /** Waits until `look` says that it answers; fails with its log where it ends instead. */
  async ready(look: () => Promise<boolean>): Promise<void> {
    const ends = this.#child.done.then((outcome) => {
      throw new Error(`Cannot start a daemon: ${describeOutcome(outcome)}`)
    })
    await Promise.race([eventually(`${this.#argv[0]} to answer`, look, START_LIMIT), ends])
    // From here on its end is no news.
    ends.catch(() => {})
  }

  /** Asks it to end, kills it where it does not, and waits. */
  async stop(): Promise<void> {
    process.kill(this.pid, 'SIGTERM')
    const timer = setTimeout(() => killGroup(this.pid), STOP_LIMIT)
    await this.#child.done
    clearTimeout(timer)
  }
}

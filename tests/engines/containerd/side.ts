// One of the two sides of a comparison under containerd: plays a scenario with one runtime, by `ctr`, and keeps a
// transcript of what it was told. Judges nothing.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { describeOutcome } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { normalise } from '../normalise.ts'
import { buncPath, pathOf } from '../programs.ts'
import type { RuntimeName } from '../programs.ts'
import { TerminalSession } from '../terminal.ts'
import type { Size } from '../terminal.ts'
import type { ContainerdDaemon } from './daemon.ts'
import { IMAGE } from './image.ts'

/** A container that lives until it is killed; SIGTERM ends it with code 0. */
export const FOREVER = 'trap "exit 0" TERM; while :; do sleep 0.1; done'

export class ContainerdSide implements AsyncDisposable {
  readonly runtime: RuntimeName
  readonly daemon: ContainerdDaemon
  readonly dir: string
  readonly #key: string
  readonly #transcript: string[] = []
  readonly #ids: string[] = []

  /** `key` is unique among the scenarios of the daemon. */
  constructor(daemon: ContainerdDaemon, runtime: RuntimeName, key: string) {
    this.daemon = daemon
    this.runtime = runtime
    this.#key = key
    this.dir = join(daemon.dir, 'sides', `${key}-${runtime}`)
    mkdirSync(this.dir, { recursive: true })
  }

  /** All that was recorded, as one text. */
  get transcript(): string {
    return this.#transcript.join('\n')
  }

  /** An id for a container of this side; what has such an id is removed in the end. */
  id(purpose = 'main'): string {
    const id = `${this.#key}-${purpose}-${this.runtime}`
    if (!this.#ids.includes(id)) this.#ids.push(id)
    return id
  }

  /** Adds a line to the transcript: something that the scenario has seen elsewhere. */
  record(what: string, value: unknown): void {
    this.#transcript.push(this.#normalise(`# ${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}`))
  }

  /** Runs the client, however it ends, and records how. */
  async ctr(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const outcome = await this.daemon.ctr(args, options)
    this.#transcript.push(this.#normalise(describeOutcome({ ...outcome, argv: ['ctr', ...args] })))
    return outcome
  }

  /** Runs the client, which must succeed, records it and gives its standard output, trimmed. */
  async ok(args: readonly string[]): Promise<string> {
    const { code, stdout } = await this.ctr(args)
    if (code !== 0) throw new Error(`Cannot go on: "ctr ${args[0]} ${args[1]}" failed`)
    return stdout.trim()
  }

  /** `ctr run` in the foreground, however it ends; a shell script is given as one word. */
  run(flags: readonly string[], command: string | readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const argv = typeof command === 'string' ? lingering(command) : command
    return this.ctr(['run', '--rm', ...this.flags(flags), IMAGE, this.id(), ...argv], options)
  }

  /** `ctr run` of a shell script that must succeed, without a record; gives its standard output. */
  shell(flags: readonly string[], script: string, purpose?: string): Promise<string> {
    return this.daemon.ok(['run', '--rm', ...this.flags(flags), IMAGE, this.id(purpose), ...lingering(script)])
  }

  /** Starts a detached container and gives its id. */
  async up(flags: readonly string[] = [], script = FOREVER, id = this.id()): Promise<string> {
    // Without --null-io the process would be stopped by a pipe that nobody reads once the client has gone.
    await this.ok(['run', '--detach', '--null-io', ...this.flags(flags), IMAGE, id, 'sh', '-c', script])
    return id
  }

  /** Executes a shell script in a container; `flags` go before the script. */
  exec(id: string, script: string, flags: readonly string[] = []): Promise<Outcome> {
    const process = `exec${this.#transcript.length}`
    return this.ctr(['tasks', 'exec', ...flags, '--exec-id', process, id, ...lingering(script)])
  }

  /** Waits until the task of a container is in `status`; undefined is that of a container without a task. */
  async waitFor(id: string, status: string | undefined): Promise<void> {
    const met = async () => (await this.statusOf(id)) === status
    await eventually(`"${id}" to be ${status ?? 'gone'}`, met, 20_000)
  }

  /** RUNNING, STOPPED, PAUSED…, or nothing where the container has no task. */
  async statusOf(id: string): Promise<string | undefined> {
    const tasks = await this.daemon.ok(['tasks', 'ls'])
    return new RegExp(`^${id}\\s+\\d+\\s+(\\w+)`, 'm').exec(tasks)?.[1]
  }

  /** The number of process 1 of a container, on the host. */
  async pidOf(id: string): Promise<number> {
    return Number(new RegExp(`^${id}\\s+(\\d+)`, 'm').exec(await this.daemon.ok(['tasks', 'ls']))?.[1])
  }

  /** The client on a terminal of its own, without a record. */
  terminal(args: readonly string[], size: Size = [80, 24]): TerminalSession {
    return new TerminalSession([...this.daemon.client, ...args], size)
  }

  /** `flags` with this side's runtime. */
  flags(flags: readonly string[]): string[] {
    const binary = this.runtime === 'bunc' ? buncPath : pathOf('runc')
    return ['--runc-binary', binary, '--runc-root', this.daemon.stateRoot(this.runtime), ...flags]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#ids) {
      await this.daemon.ctr(['tasks', 'rm', '--force', id])
      await this.daemon.ctr(['containers', 'rm', id])
    }
  }

  #normalise(text: string): string {
    return normalise(text.replaceAll(buncPath, '<binary>').replaceAll(pathOf('runc'), '<binary>'), {
      runtime: this.runtime,
      dir: this.daemon.dir,
    })
  }
}

/** ctr 1.6 stops reading when the process ends, whatever is still in the pipe; so the process waits a little. */
function lingering(script: string): string[] {
  return ['sh', '-c', `(${script}\n); code=$?; sleep 0.2; exit $code`]
}

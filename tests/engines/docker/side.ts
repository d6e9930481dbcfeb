// One of the two sides of a comparison: plays a scenario with one runtime and keeps a transcript of what the client was
// told, without what differs from run to run. Names and directories carry the runtime's name, so that both sides can
// play at the same time. Judges nothing.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { describeOutcome } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { normalise } from '../normalise.ts'
import type { RuntimeName } from '../programs.ts'
import { TerminalSession } from '../terminal.ts'
import type { Size } from '../terminal.ts'
import { commandOf, processesNaming } from '../traces.ts'
import type { DockerDaemon, Inspected } from './daemon.ts'
import { IMAGE } from './image.ts'

/** A container that lives until it is stopped; SIGTERM ends it with code 0. */
export const FOREVER = 'trap "exit 0" TERM; while :; do sleep 0.1; done'

export class Side implements AsyncDisposable {
  readonly runtime: RuntimeName
  readonly daemon: DockerDaemon
  readonly dir: string
  readonly #key: string
  readonly #transcript: string[] = []
  readonly #names: string[] = []

  /** `key` is unique among the scenarios of the daemon. */
  constructor(daemon: DockerDaemon, runtime: RuntimeName, key: string) {
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

  /** A name for a container, a volume or an image of this side; containers of these names are removed in the end. */
  name(purpose = 'main'): string {
    const name = `${this.#key}-${purpose}-${this.runtime}`
    if (!this.#names.includes(name)) this.#names.push(name)
    return name
  }

  /** Adds a line to the transcript: something that the scenario has seen elsewhere. */
  record(what: string, value: unknown): void {
    this.#transcript.push(this.normalise(`# ${what}: ${typeof value === 'string' ? value : JSON.stringify(value)}`))
  }

  /** Runs the client, however it ends, and records how. */
  async docker(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const outcome = await this.daemon.docker(args, options)
    this.#transcript.push(this.normalise(describeOutcome({ ...outcome, argv: ['docker', ...args] })))
    return outcome
  }

  /** Runs the client, which must succeed, records it and gives its standard output, trimmed. */
  async ok(args: readonly string[], options: SpawnOptions = {}): Promise<string> {
    const outcome = await this.docker(args, options)
    if (outcome.code !== 0) throw new Error(`Cannot go on: "docker ${args[0]}" failed`)
    return outcome.stdout.trim()
  }

  /** Runs the client, which must succeed, without a record: for ids, numbers of processes and waiting. */
  peek(args: readonly string[]): Promise<string> {
    return this.daemon.ok(args)
  }

  /** `docker run --rm` with `args`, flags and image and command, however it ends. */
  run(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    return this.docker(['run', '--rm', ...this.flags(args)], options)
  }

  /** `docker run --rm` of a shell script that must succeed, without a record; gives its standard output. */
  shell(flags: readonly string[], script: string): Promise<string> {
    return this.peek(['run', '--rm', ...this.flags(flags), IMAGE, 'sh', '-c', script])
  }

  /** Waits until `look` is satisfied with what the daemon says of the container `name`. */
  async waitFor(what: string, name: string, look: (found: Inspected) => boolean): Promise<void> {
    const met = async () => look(await this.daemon.inspect(name))
    await eventually(`"${name}" to be ${what}`, met, 20_000)
  }

  /** Waits until the container `name` has written what matches `pattern` to its log. */
  async waitForLog(name: string, pattern: RegExp): Promise<void> {
    const met = async () => pattern.test(await this.daemon.log(name))
    await eventually(`${pattern} in the log of "${name}"`, met, 20_000)
  }

  /** Sends `signal` to the client that runs the container `name` in the foreground. */
  signalClient(name: string, signal: NodeJS.Signals): void {
    const client = processesNaming(this.daemon.dir).filter((pid) => commandOf(pid).includes(` --name ${name} `))
    for (const pid of client) process.kill(pid, signal)
  }

  /** `docker run --detach` of a shell script under `name`, which it gives. */
  async up(flags: readonly string[] = [], script = FOREVER, name = this.name()): Promise<string> {
    await this.ok(['run', '--detach', '--name', name, ...this.flags(flags), IMAGE, 'sh', '-c', script])
    return name
  }

  /** The client on a terminal of its own, without a record; `recordScreen` adds what it has shown. */
  terminal(args: readonly string[], size: Size = [80, 24]): TerminalSession {
    const { argv, env } = this.daemon.client
    return new TerminalSession([...argv, ...args], size, env)
  }

  /** Waits for the end of `session` and records its exit code and all that it has shown. */
  async recordScreen(session: TerminalSession): Promise<void> {
    const code = await session.end()
    this.record('exit code at the terminal', code)
    this.record('screen', session.shown)
  }

  /** `flags` with this side's runtime, and no network unless they choose one. */
  flags(flags: readonly string[]): string[] {
    const network = flags.some((flag) => flag.startsWith('--network')) ? [] : ['--network', 'none']
    return ['--runtime', this.runtime, ...network, ...flags]
  }

  /** `text` without what is particular to this side. */
  normalise(text: string): string {
    return normalise(text, { runtime: this.runtime, dir: this.daemon.dir })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#names.length > 0) await this.daemon.docker(['rm', '--force', '--volumes', ...this.#names])
  }
}

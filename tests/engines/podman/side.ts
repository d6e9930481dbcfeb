// One side of a comparison: plays a scenario with one runtime and keeps a transcript of what Podman said, without what
// differs from run to run. Names carry the runtime's name, so that all sides can play at the same time. Judges nothing.
import { eventually } from '#tests/support/eventually.ts'
import { describeOutcome, runProgram } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { normalise } from '../normalise.ts'
import type { PeerName } from '../programs.ts'
import { TerminalSession } from '../terminal.ts'
import { IMAGE } from './engine.ts'
import type { Podman } from './engine.ts'

/** A container that lives until it is stopped; SIGTERM ends it with code 0. */
export const FOREVER = 'trap "exit 0" TERM; while :; do sleep 0.1; done'

export class PodmanSide<Name extends PeerName = PeerName> implements AsyncDisposable {
  readonly #key: string
  readonly #transcript: string[] = []
  readonly #names: string[] = []
  readonly #pods: string[] = []

  /** `key` is unique among the scenarios of the engine. */
  constructor(
    readonly engine: Podman,
    readonly runtime: Name,
    key: string,
  ) {
    this.#key = key
  }

  /** All that was recorded, as one text. */
  get transcript(): string {
    return this.#transcript.join('\n')
  }

  /** A name for a container of this side, which is removed in the end. */
  name(purpose = 'main'): string {
    const name = `${this.#key}-${purpose}-${this.runtime}`
    if (!this.#names.includes(name)) this.#names.push(name)
    return name
  }

  /** A name for a pod of this side, which is removed in the end with its containers. */
  pod(): string {
    const name = `${this.#key}-pod-${this.runtime}`
    this.#pods.push(name)
    return name
  }

  /** Adds a line to the transcript: something that the scenario has seen elsewhere. */
  record(what: string, value: unknown): void {
    this.#transcript.push(this.#normalise(`# ${what}: ${JSON.stringify(value)}`))
  }

  /** Runs podman with this side's runtime, however it ends, and records how. */
  async podman(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const outcome = await this.engine.podman(['--runtime', this.runtime, ...args], options)
    this.#transcript.push(this.#normalise(describeOutcome({ ...outcome, argv: ['podman', ...args] })))
    return outcome
  }

  /** Runs podman, which must succeed, records it and gives its standard output, trimmed. */
  async ok(args: readonly string[], options: SpawnOptions = {}): Promise<string> {
    const outcome = await this.podman(args, options)
    if (outcome.code !== 0) throw new Error(`Cannot go on: "podman ${args[0]}" failed`)
    return outcome.stdout.trim()
  }

  /** Runs podman, which must succeed, without a record: for what differs from run to run. */
  peek(args: readonly string[]): Promise<string> {
    return this.engine.ok(['--runtime', this.runtime, ...args])
  }

  /** `podman run --rm` of `args`, flags and image and command, however it ends. */
  run(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    return this.podman(['run', '--rm', ...this.flags(args), ...args], options)
  }

  /** `podman run --rm` of a shell script that must succeed; gives its standard output. */
  shell(flags: readonly string[], script: string): Promise<string> {
    return this.ok(['run', '--rm', ...this.flags(flags), ...flags, IMAGE, 'sh', '-c', script])
  }

  /** `podman run --detach` of a shell script under `name`, which it gives. */
  async up(flags: readonly string[] = [], script = FOREVER, name = this.name()): Promise<string> {
    const words = ['--detach', '--name', name, ...this.flags(flags), ...flags]
    await this.ok(['run', ...words, IMAGE, 'sh', '-c', script])
    return name
  }

  /** Any program of the host, without a record. */
  program(argv: readonly string[]): Promise<Outcome> {
    return runProgram(this.engine.dir, argv, { env: this.engine.client.env })
  }

  /** Podman on a terminal of its own, without a record. */
  terminal(args: readonly string[]): TerminalSession {
    const { argv, env } = this.engine.client
    return new TerminalSession([...argv, '--runtime', this.runtime, ...args], [80, 24], env)
  }

  /** Waits until the container `name` has written what matches `pattern` to its log. */
  async waitForLog(name: string, pattern: RegExp): Promise<void> {
    await eventually(
      `${pattern} in the log of "${name}"`,
      async () => pattern.test(await this.peek(['logs', name])),
      20_000,
    )
  }

  /** The flags that keep a container to the engine's cgroup and off the network, unless `flags` say where it goes. */
  flags(flags: readonly string[]): string[] {
    if (flags.some((flag) => flag.startsWith('--pod='))) return []
    const network = flags.some((flag) => flag.startsWith('--network')) ? [] : ['--network', 'none']
    const cgroup = flags.includes('--cgroups=disabled') ? [] : ['--cgroup-parent', `/${this.engine.name}`]
    return [...cgroup, ...network]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const remove = ['rm', '--force', '--time', '0', '--ignore']
    if (this.#pods.length > 0) await this.engine.podman(['pod', ...remove, ...this.#pods])
    if (this.#names.length > 0) await this.engine.podman([...remove, ...this.#names])
  }

  /** A runtime's own words stand between its name and the class that Podman puts behind them. */
  #normalise(text: string): string {
    const own = text.replace(
      /(Error: (?:OCI runtime error: )?)(?:runc|crun|bunc): .*?(: OCI [\w ]+)?$/gm,
      '$1<runtime>$2',
    )
    return normalise(own, { runtime: this.runtime, dir: this.engine.dir })
  }
}

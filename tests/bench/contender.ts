// One runtime with a place of its own on the host, and its commands, run to their ends. The bundle is the one that
// `bunc spec` writes, without a terminal, over a static busybox.

import { closeSync, openSync, readFileSync } from 'node:fs'

import { defaultSpec } from '#src/config/default-spec.ts'
import { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import type { Runtime, RuntimeName } from '#tests/support/runtime.ts'
import { merge } from '#tests/support/spec.ts'
import { SEARCH_PATH } from '#tests/support/spawn.ts'

/** Milliseconds after which a command is killed: hundreds of times what any of them needs. */
const LIMIT = 30_000

/** What every container of the benchmark is. crun 1.8 refuses versions of the specification that it does not know. */
const PLAIN = merge(defaultSpec(), { ociVersion: '1.0.2', process: { terminal: false, args: ['true'] } })

/** A runtime to be measured. */
export class Contender implements AsyncDisposable {
  readonly #box: Box
  readonly #errors: number

  /** Makes its place on the host. */
  constructor(runtime: Runtime) {
    this.#box = new Box(runtime)
    this.#errors = openSync(this.#box.path('stderr'), 'a')
    this.configure({})
  }

  get name(): RuntimeName {
    return this.#box.runtime.name
  }

  /** The name of its container, and the beginning of the names of others that it may have. */
  get id(): string {
    return this.#box.name
  }

  get bundle(): string {
    return this.#box.bundleDir
  }

  /** A path in its place. */
  path(name: string): string {
    return this.#box.path(name)
  }

  /** Writes its config.json: the plain one with a change laid over it. */
  configure(change: object): void {
    writeConfig(this.bundle, merge(PLAIN, change))
  }

  /** The command line of one of its commands. */
  argv(...args: readonly string[]): string[] {
    return [...this.#box.runtime.argv, '--root', this.#box.root, ...args]
  }

  /** Runs a command, gives whether it has succeeded. */
  attempt(...args: readonly string[]): boolean {
    return Bun.spawnSync(this.argv(...args), { ...this.options, timeout: LIMIT, killSignal: 'SIGKILL' }).success
  }

  /** Runs a command that must succeed. */
  run(...args: readonly string[]): void {
    if (!this.attempt(...args)) throw new Error(`Cannot measure "${this.name} ${args[0]}": ${this.#complaint()}`)
  }

  /**
   * Runs a command that must succeed, gives the milliseconds that it took. `run` of a peer has a second try, which is timed
   * alone: crun 1.8.1 now and then loses a race for a pipe of its own ("writing to pipe: Broken pipe").
   */
  time(...args: readonly string[]): number {
    const began = performance.now()
    if (this.name === 'bunc' || args[0] !== 'run') this.run(...args)
    else if (!this.attempt(...args)) return this.#timeAgain(args)
    return performance.now() - began
  }

  #timeAgain(args: readonly string[]): number {
    this.attempt('delete', '--force', this.id)
    const began = performance.now()
    this.run(...args)
    return performance.now() - began
  }

  /** How its programs are started: nothing to read, nothing to print to, and complaints into a file. */
  get options() {
    return { stdin: 'ignore', stdout: 'ignore', stderr: this.#errors, env: { PATH: SEARCH_PATH } } as const
  }

  /** Ends what it has running, takes its place off the host. Fails where something would be left. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#box.deleteContainers()
      await this.#box.assertClean()
    } finally {
      closeSync(this.#errors)
      await this.#box.destroy()
    }
  }

  #complaint(): string {
    return readFileSync(this.#box.path('stderr'), 'utf8').trim().split('\n').at(-1) || 'it says nothing'
  }
}

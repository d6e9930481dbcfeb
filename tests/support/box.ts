// One test's piece of the host: a temporary directory with a bundle and a state root, and the name that its containers
// and cgroups carry. Drives one runtime by its command line and leaves nothing behind. Judges nothing: what a command
// ought to answer is for the tests to say.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { makeRootfs, writeConfig } from './bundle.ts'
import { eventually } from './eventually.ts'
import { assertNothingLeft, killAll, processesOf, sweep } from './leaks.ts'
import type { Runtime } from './runtime.ts'
import { defaultSpec, merge } from './spec.ts'
import type { Process, Spec } from './spec.ts'
import { describeOutcome, killGroup, spawn } from './spawn.ts'
import type { Outcome, Spawned, SpawnOptions } from './spawn.ts'

/** The container's state as `state` prints it. */
export interface State {
  readonly ociVersion: string
  readonly id: string
  readonly pid: number
  readonly status: string
  readonly bundle: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Keeps a detached container alive: busybox ends at SIGTERM even as pid 1 only with a handler. */
export const WAIT = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done']

export class Box {
  readonly dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  /** Unique among all tests that run on this host; also the id of the test's first container. */
  readonly name = basename(this.dir)
  readonly root = join(this.dir, 'state')
  readonly bundleDir = join(this.dir, 'bundle')
  readonly rootfs = join(this.bundleDir, 'rootfs')
  readonly #sessions: number[] = []

  constructor(readonly runtime: Runtime) {
    // A container in a user namespace must be able to walk to its own root.
    chmodSync(this.dir, 0o755)
    mkdirSync(this.bundleDir)
    makeRootfs(this.rootfs)
  }

  /** A path in the test's directory, outside every bundle. */
  path(...parts: string[]): string {
    return join(this.dir, ...parts)
  }

  /** Writes the bundle's config.json: the default with `spec` laid over it. */
  configure(spec: Spec = {}): void {
    writeConfig(this.bundleDir, merge(defaultSpec(this.name), spec))
  }

  /** Starts the runtime on `args`; its state goes to the test's own root. */
  spawn(args: readonly string[], options: SpawnOptions = {}): Spawned {
    return this.#launch([...this.runtime.argv, '--root', this.root, ...args], options)
  }

  /** Runs one command of the runtime to its end, however it ends. */
  call(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    return this.spawn(args, options).done
  }

  /** Runs one command of the runtime that must succeed and gives its standard output. */
  async ok(args: readonly string[], options: SpawnOptions = {}): Promise<string> {
    return succeeded(await this.call(args, options))
  }

  /** The command line that runs the test's container, for another program to execute. */
  runArgv(...flags: readonly string[]): string[] {
    return [...this.runtime.argv, '--root', this.root, 'run', ...flags, '--bundle', this.bundleDir, this.name]
  }

  /** `run` in the foreground, however it ends. */
  run(spec: Spec = {}, options: SpawnOptions = {}): Promise<Outcome> {
    this.configure(spec)
    return this.call(['run', '--bundle', this.bundleDir, this.name], options)
  }

  /** `create`, however it ends. */
  create(spec: Spec = {}, options: SpawnOptions = {}): Promise<Outcome> {
    this.configure(spec)
    return this.call(['create', '--bundle', this.bundleDir, this.name], options)
  }

  /** Runs `script` in a container that must succeed and gives its standard output. */
  async shell(script: string, spec: Spec = {}, options: SpawnOptions = {}): Promise<string> {
    return succeeded(await this.run(merged(spec, { process: { args: ['sh', '-c', script] } }), options))
  }

  /** Starts a detached container that waits until it is stopped, unless `spec` names other args; gives its pid. */
  async running(spec: Spec = {}, options: SpawnOptions = {}): Promise<number> {
    this.configure(merged({ process: { args: WAIT } }, spec))
    const pidFile = this.path(`${this.name}.pid`)
    await this.ok(['run', '--detach', '--pid-file', pidFile, '--bundle', this.bundleDir, this.name], options)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await eventually('the program of the container in place of the runtime', () => executes(pid))
    return pid
  }

  /** `exec` of `argv` in the test's container, however it ends; `flags` go before the container's id. */
  exec(argv: readonly string[], flags: readonly string[] = [], options: SpawnOptions = {}): Promise<Outcome> {
    return this.call(['exec', ...flags, this.name, ...argv], options)
  }

  /** `exec` of a shell script that must succeed; gives its standard output. */
  async execShell(script: string, flags: readonly string[] = []): Promise<string> {
    return succeeded(await this.exec(['sh', '-c', script], flags))
  }

  /** What `state` prints of a container, parsed. */
  async state(id = this.name): Promise<State> {
    return JSON.parse(await this.ok(['state', id]))
  }

  /** Waits until `state` reports `status`. */
  async reaches(status: string, id = this.name): Promise<void> {
    for (let attempt = 0; (await this.state(id)).status !== status; attempt++) {
      if (attempt === 100) throw new Error(`Cannot wait longer for "${id}" to be ${status}`)
      await Bun.sleep(10)
    }
  }

  /** Any program of the host, with the test's directory for its captured output. */
  program(argv: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    return this.#launch(argv, options).done
  }

  /** The ids of the containers whose state directories still exist. */
  stateIds(): string[] {
    const there = existsSync(this.root) && statSync(this.root).isDirectory()
    return there ? readdirSync(this.root).filter((entry) => !entry.startsWith('.')) : []
  }

  /** Fails where the test has left anything on the host, containers included. */
  async assertClean(): Promise<void> {
    const ids = this.stateIds()
    if (ids.length > 0) throw new Error(`Cannot call the test clean: state of ${ids.join(', ')} is left`)
    await assertNothingLeft(this.#traces())
  }

  /** Fails where a process of the test is alive, after the time that killed processes need to go. */
  async assertNoProcess(): Promise<void> {
    await eventually('no process of the test alive', () => processesOf(this.#traces()).length === 0, 1_000)
  }

  /** Ends what the test left running and deletes its containers, the way a user would. */
  async deleteContainers(): Promise<void> {
    // A container that is dead already spares runc the 100 ms that it sleeps between two looks at a dying one.
    killAll(this.#traces())
    for (const id of this.stateIds()) await this.ok(['delete', '--force', id])
  }

  /** Removes everything by force. */
  async destroy(): Promise<void> {
    for (const pid of this.#sessions) killGroup(pid)
    await sweep(this.#traces())
    rmSync(this.dir, { recursive: true, force: true })
  }

  #launch(argv: readonly string[], options: SpawnOptions): Spawned {
    const child = spawn(this.dir, argv, options)
    this.#sessions.push(child.pid)
    return child
  }

  #traces() {
    return { name: this.name, sessions: this.#sessions }
  }
}

/** The standard output of a command that must have succeeded. */
export function succeeded(outcome: Outcome): string {
  if (outcome.code !== 0) throw new Error(`Cannot go on: a command failed\n${describeOutcome(outcome)}`)
  return outcome.stdout
}

/** True once `pid` is the container's busybox and not the runtime's code any more, or has ended. */
export function executes(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).endsWith('/busybox')
  } catch {
    // ENOENT: it has ended.
    return true
  }
}

/** `base` with `change` laid over it, field by field down to those of `process`. */
function merged(base: Spec, change: Spec): Spec {
  const process: Process = { ...base.process, ...change.process }
  return { ...base, ...change, process }
}

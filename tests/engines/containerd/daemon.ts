// A containerd of the tests' own: root, state and sockets in one temporary directory. Its CRI plugin knows bunc from the
// block that docs/containerd.md tells people to write; `ctr` is given the binary at every call.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { runProgram, SEARCH_PATH } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { docBlock } from '../doc-block.ts'
import { EngineProcess } from '../engine-process.ts'
import { buncPath, pathOf } from '../programs.ts'
import type { RuntimeName } from '../programs.ts'
import { succeeded } from '../succeeded.ts'
import { assertNothingLeftOf, removeEmptyCgroup, sweepEngine } from '../traces.ts'

/** The shim adds the namespace to it. */
export const DEFAULT_STATE_ROOT = '/run/containerd/runc'

const COMMAND_LIMIT = 40_000

export class ContainerdDaemon implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  /** Also the namespace of the containers, and by that the cgroup that they are in. */
  readonly name = basename(this.dir)
  readonly socket = join(this.dir, 'containerd.sock')
  #process: EngineProcess | undefined
  #session = 0

  /** The state root that `ctr` has the runtime `name` use. */
  stateRoot(name: RuntimeName): string {
    return join(this.dir, `runtime-${name}`)
  }

  /** Starts a daemon and waits until it answers. */
  static async start(): Promise<ContainerdDaemon> {
    const daemon = new ContainerdDaemon()
    // Root in a user namespace walks through it to its own root.
    chmodSync(daemon.dir, 0o755)
    try {
      await daemon.#up()
      return daemon
    } catch (error) {
      await daemon[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The leading arguments of a client that talks to this daemon. */
  get client(): readonly string[] {
    return [pathOf('ctr'), '--address', this.socket, '--namespace', this.name]
  }

  /** Runs `ctr` on `args` to its end, however it ends. */
  ctr(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    return runProgram(this.dir, [...this.client, ...args], { limit: COMMAND_LIMIT, ...options })
  }

  /** Runs `ctr` on `args`, which must succeed, and gives its standard output, trimmed. */
  async ok(args: readonly string[]): Promise<string> {
    return succeeded(await this.ctr(args))
  }

  /** Ends the daemon and fails where it or one of its containers has left anything on the host. */
  async assertLeavesNothing(): Promise<void> {
    await this.#down()
    removeEmptyCgroup(this.name)
    await assertNothingLeftOf(this.#traces(), this.dir)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#down()
    await sweepEngine(this.#traces(), this.dir)
    rmSync(this.dir, { recursive: true, force: true })
    // The shim gives a runtime that cleans up the default root, whatever root the container was made with.
    rmSync(join(DEFAULT_STATE_ROOT, this.name), { recursive: true, force: true })
  }

  async #up(): Promise<void> {
    const file = join(this.dir, 'config.toml')
    writeFileSync(file, this.#config())
    this.#process = new EngineProcess(this.dir, [pathOf('containerd'), '--config', file], { PATH: SEARCH_PATH })
    this.#session = this.#process.pid
    await this.#process.ready(async () => (await this.ctr(['version'], { limit: 5_000 })).code === 0)
  }

  async #down(): Promise<void> {
    const engine = this.#process
    this.#process = undefined
    await engine?.stop()
  }

  /** Keys of the top level have to stand before the documented tables, and tables of our own behind them. */
  #config(): string {
    const documented = docBlock('containerd.md', 'toml', 'runtimes.bunc').replaceAll('/usr/local/bin/bunc', buncPath)
    const top = `root = "${this.dir}/root"\nstate = "${this.dir}/state"\n`
    const sockets = `[grpc]\naddress = "${this.socket}"\n[ttrpc]\naddress = "${this.socket}.ttrpc"\n`
    return `${top}${documented}${sockets}${CRI}`
  }

  #traces() {
    return { name: this.name, sessions: [this.#session] }
  }
}

/** Pods on a host that is not ours: no network plugin, no limits on descriptors, an image that no registry has. */
const CRI = `
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/library/bunc-test:plain"
stream_server_port = "0"
disable_apparmor = true
restrict_oom_score_adj = true
`

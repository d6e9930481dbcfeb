// A dockerd of the tests' own: data, state, sockets and containerd in one temporary directory, its containers below a
// cgroup of the same name, no network devices. It knows bunc from the block that docs/docker.md tells people to write.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { runProgram, SEARCH_PATH } from '#tests/support/spawn.ts'
import type { Outcome, SpawnOptions } from '#tests/support/spawn.ts'

import { docBlock } from '../doc-block.ts'
import { EngineProcess } from '../engine-process.ts'
import { buncPath, pathOf } from '../programs.ts'
import { succeeded } from '../succeeded.ts'
import { assertNothingLeftOf, removeEmptyCgroup, sweepEngine } from '../traces.ts'

/** What a test may want of its daemon besides the usual. */
export interface DaemonOptions {
  /** A word that chooses among the daemon.json of docs/docker.md; without it the first is taken. */
  readonly documented?: string
  /** Further keys of daemon.json. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Makes, below the daemon's directory, one of programs that it finds before the host's; gives its path. */
  readonly programs?: (dir: string) => string
  /** Gives the daemon a network namespace of its own, where a swarm may make its devices. */
  readonly ownNetwork?: true
}

/** The part of the daemon's description of a container that the tests wait for. */
export interface Inspected {
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
}

const COMMAND_LIMIT = 40_000

/** Executes the words behind it in a network namespace that has the loopback interface and no other. */
const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', '/bin/busybox ip link set lo up && exec "$0" "$@"']

export class DockerDaemon implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  readonly name = basename(this.dir)
  readonly execRoot = join(this.dir, 'exec')
  readonly socket = `unix://${join(this.dir, 'docker.sock')}`
  readonly #path: string
  readonly #entrance: readonly string[]
  readonly #sessions: number[] = []
  #process: EngineProcess | undefined

  private constructor(options: DaemonOptions) {
    this.#path = options.programs === undefined ? SEARCH_PATH : `${options.programs(this.dir)}:${SEARCH_PATH}`
    this.#entrance = options.ownNetwork ? OWN_NETWORK : []
    mkdirSync(join(this.dir, 'home'))
    writeFileSync(join(this.dir, 'daemon.json'), JSON.stringify(settingsOf(this.name, options), null, 2))
  }

  /** Starts a daemon and waits until it answers. */
  static async start(options: DaemonOptions = {}): Promise<DockerDaemon> {
    const daemon = new DockerDaemon(options)
    try {
      await daemon.up()
      return daemon
    } catch (error) {
      await daemon[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The environment and the leading arguments that make the client talk to this daemon. */
  get client(): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
    return { argv: [pathOf('docker'), '--host', this.socket], env: { HOME: join(this.dir, 'home') } }
  }

  /** Runs the docker client on `args` to its end, however it ends. */
  docker(args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
    const env = { ...this.client.env, ...options.env }
    return runProgram(this.dir, [...this.client.argv, ...args], { limit: COMMAND_LIMIT, ...options, env })
  }

  /** Runs the docker client on `args`, which must succeed, and gives its standard output, trimmed. */
  async ok(args: readonly string[], options: SpawnOptions = {}): Promise<string> {
    return succeeded(await this.docker(args, options))
  }

  /** What the daemon says of a container: asked on its socket, which is cheap enough to be asked over and over. */
  async inspect(container: string): Promise<Inspected> {
    return JSON.parse(await this.#get(`/containers/${container}/json`))
  }

  /** What a container without a terminal has written to its log, still with the header of each frame. */
  async log(container: string): Promise<string> {
    return this.#get(`/containers/${container}/logs?stdout=1&stderr=1`)
  }

  /** Asks for something to be done, on the socket; gives the status of HTTP and the answer. */
  async post(path: string, body: unknown = {}): Promise<{ readonly status: number; readonly text: string }> {
    const headers = { 'Content-Type': 'application/json' }
    const options = { unix: join(this.dir, 'docker.sock'), signal: AbortSignal.timeout(COMMAND_LIMIT) }
    const answer = await fetch(`http://docker${path}`, {
      ...options,
      ...{ method: 'POST', headers, body: JSON.stringify(body), keepalive: false },
    })
    return { status: answer.status, text: await answer.text() }
  }

  /** Starts the daemon on its directory, as it was left by `down` or empty. */
  async up(): Promise<void> {
    const roots = ['--data-root', join(this.dir, 'data'), '--exec-root', this.execRoot]
    const files = ['--config-file', join(this.dir, 'daemon.json'), '--pidfile', join(this.dir, 'docker.pid')]
    const argv = [...this.#entrance, pathOf('dockerd'), ...files, ...roots, '--host', this.socket]
    const env = { PATH: this.#path, HOME: join(this.dir, 'home') }
    this.#process = new EngineProcess(this.dir, argv, env)
    this.#sessions.push(this.#process.pid)
    await this.#process.ready(async () => (await this.docker(['version'], { limit: 5_000 })).code === 0)
  }

  /** Asks the daemon to end and waits for it; its containers end with it, or not, as it was told. */
  async down(): Promise<void> {
    const engine = this.#process
    this.#process = undefined
    await engine?.stop()
    await this.#unmountOwn()
  }

  /** Ends the daemon and fails where it or one of its containers has left anything on the host. */
  async assertLeavesNothing(): Promise<void> {
    await this.down()
    for (const path of [`${this.name}/buildkit`, this.name]) removeEmptyCgroup(path)
    await assertNothingLeftOf(this.#traces(), this.dir)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
    await sweepEngine(this.#traces(), this.dir)
    rmSync(this.dir, { recursive: true, force: true })
  }

  async #get(path: string): Promise<string> {
    const options = { unix: join(this.dir, 'docker.sock'), signal: AbortSignal.timeout(10_000) }
    return (await fetch(`http://docker${path}`, options)).text()
  }

  /** dockerd 20.10 binds its data directory over itself, and the host's network for those who ask; it leaves both so. */
  async #unmountOwn(): Promise<void> {
    for (const path of [join(this.dir, 'data'), join(this.execRoot, 'netns/default')])
      await runProgram(this.dir, ['umount', path])
  }

  #traces() {
    return { name: this.name, sessions: this.#sessions }
  }
}

/** What docs/docker.md says, with the binary under test, and what a host that is not ours needs to be left alone. */
function settingsOf(name: string, options: DaemonOptions): Record<string, unknown> {
  const documented = docBlock('docker.md', 'json', options.documented ?? 'runtimes').replaceAll(
    '/usr/local/bin/bunc',
    buncPath,
  )
  const isolated = { bridge: 'none', iptables: false, ip6tables: false, 'cgroup-parent': `/${name}` }
  return { ...JSON.parse(documented), ...isolated, ...options.settings }
}

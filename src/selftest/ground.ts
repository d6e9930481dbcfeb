// Where the promises are tried: containers over the host's own root, as those of `bunc try`, and what is known of the host
// to compare with. A script says by its exit status alone what it found: its output would mix with the report.

import { type Ending, getpid, waitPid } from '#ffi/calls/process.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { readConfig } from '#src/config/config.ts'
import { deleteContainer } from '#src/container/delete.ts'
import { exec } from '#src/container/exec.ts'
import { kill } from '#src/container/kill.ts'
import { run, type RunOptions } from '#src/container/run.ts'
import { find } from '#src/container/store.ts'
import { tryConfig } from '#src/container/try-config.ts'
import { Failure } from '#src/failure.ts'

const ENV = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LC_ALL=C']

type WholeConfig = ReturnType<typeof tryConfig>
/** The config of `bunc try` without its limits, as an object. */
export type TryConfig = Omit<WholeConfig, 'linux'> & {
  readonly linux: Omit<WholeConfig['linux'], 'resources'> & {
    readonly resources: Pick<WholeConfig['linux']['resources'], 'devices'>
  }
}
/** Takes a config, gives another. */
export type Change = (config: TryConfig) => object

/** Takes the limits out, so that a host without a controller breaks the promises of that limit, and no others. */
function withoutLimits(config: WholeConfig): TryConfig {
  const { devices } = config.linux.resources
  return { ...config, linux: { ...config.linux, resources: { devices } } }
}

/** Makes containers for promises. */
export class Ground {
  readonly kernel: Kernel
  readonly store: string
  /** Of all containers so far. */
  readonly ids: string[] = []

  constructor(kernel: Kernel, store: string) {
    this.kernel = kernel
    this.store = store
  }

  /** Runs a shell script in a container to its end. Throws a Failure unless it ends with one of these statuses. */
  expect(script: string, change: Change = (config) => config, ...statuses: readonly number[]): void {
    const ending = run(this.kernel, this.#options(this.#nextId(), script, change, false))
    expectStatus(ending, ...(statuses.length === 0 ? [0] : statuses))
  }

  /** Runs a script in a container, and `act` beside it; the container is gone afterwards. */
  beside(script: string, act: (container: Running) => void): void {
    const id = this.#nextId()
    run(
      this.kernel,
      this.#options(id, script, (config) => config, true),
    )
    try {
      act(new Running(this, id))
    } finally {
      deleteContainer(this.kernel, { store: this.store, id, force: true, warn: ignore, savedConfig: never })
    }
  }

  #nextId(): string {
    const id = `selftest-${this.kernel.here(getpid())}-${this.ids.length + 1}`
    this.ids.push(id)
    return id
  }

  #options(id: string, script: string, change: Change, detach: boolean): RunOptions {
    const args = ['/bin/sh', '-c', `exec >/dev/null 2>&1\n${script}`]
    const configText = JSON.stringify(change(withoutLimits(tryConfig({ args, env: ENV, terminal: false }))))
    return {
      store: this.store,
      id,
      bundle: '/',
      config: readConfig(configText),
      configText,
      cgroupDriver: 'cgroupfs',
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      owner: '',
      throwAway: true,
      detach,
      keep: false,
      warn: ignore,
    }
  }
}

/** A container that runs. */
export class Running {
  readonly #ground: Ground
  readonly #id: string

  constructor(ground: Ground, id: string) {
    this.#ground = ground
    this.#id = id
  }

  /** Runs a shell script in it. Throws a Failure unless it ends with this status. */
  expect(script: string, status = 0): void {
    const { kernel, store } = this.#ground
    const ending = exec(kernel, {
      store,
      id: this.#id,
      process: (own) => ({ ...own, args: ['/bin/sh', '-c', `exec >/dev/null 2>&1\n${script}`] }),
      cgroup: [],
      detach: false,
      preserveFds: 0,
      ignorePaused: false,
    })
    expectStatus(ending, status)
  }

  /** Sends it a signal, by name. */
  signal(signal: string): void {
    kill(this.#ground.kernel, { store: this.#ground.store, id: this.#id, signal, all: false })
  }

  /** Waits until its first process has ended. Throws a Failure unless it ended with this status. */
  ends(status: number): void {
    const { kernel, store } = this.#ground
    const { state } = find(kernel.here, store, this.#id)
    expectStatus(kernel.here(waitPid(state.pid, ['EXITED', 'NOWAIT'])), status)
  }
}

function expectStatus(ending: Ending | undefined, ...statuses: readonly number[]): void {
  if (ending === undefined) throw new Failure('nobody knows how it ended')
  if (!statuses.includes(ending.status))
    throw new Failure(`it ended with status ${ending.status} in place of ${statuses.join(' or ')}`)
}

function ignore(): void {}

function never(): never {
  throw new Failure('a container without hooks was asked for them')
}

// A file's worth of Docker tests: one daemon for all of them, scenarios played with both runtimes, a few at a time, and
// at the end proof that the host is as it was.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { needs } from '#tests/support/needs.ts'

import { playBoth } from '../compare.ts'
import type { RuntimeName } from '../programs.ts'
import { slots } from '../slots.ts'
import { DockerDaemon } from './daemon.ts'
import type { DaemonOptions } from './daemon.ts'
import { importImages, IMAGE } from './image.ts'
import { Side } from './side.ts'

/** One `docker run`: what is asked for, and what has to be true of the answer before it is compared at all. */
export interface RunRow {
  readonly name: string
  readonly flags: readonly string[]
  /** A shell script, or the words after the image. */
  readonly command: string | readonly string[]
  readonly image?: string
  readonly stdin?: string
  /** The exit code, unless it is 0. */
  readonly code?: number
  /** What stdout has to match. */
  readonly says?: RegExp
  /** What stderr has to match, in the runtime's own words. */
  readonly complains?: RegExp
}

export interface SuiteOptions extends DaemonOptions {
  /** The daemon that bunc's side plays with, where it is to be another than runc's. */
  readonly buncDaemon?: DaemonOptions
  /** The images that the tests need besides `IMAGE`. */
  readonly images?: readonly string[]
  /** Milliseconds that a test may take. */
  readonly limit?: number
}

export interface Suite {
  /** Declares a test that plays `scenario` with both runtimes and demands equal transcripts. */
  same(name: string, scenario: (side: Side) => Promise<void>): void
  /** Declares a test of the daemon and of bunc alone. */
  alone(name: string, body: (daemon: DockerDaemon) => Promise<void>): void
  /** Declares a test for every row. */
  rows(rows: readonly RunRow[]): void
}

/** What the tests cannot do without. */
const host = needs('root', 'busybox', 'bunc', 'runc', 'docker', 'dockerd', 'containerd')

/** Far above what a test takes: the commands in it have limits of their own. */
const TEST_LIMIT = 240_000

/** Both runtimes play at the same time, so this makes four clients at once. */
const inSlot = slots(2)

/** Declares the tests that `declare` names, or, on a host without Docker, none and the reason. */
export function dockerSuite(title: string, declare: (suite: Suite) => void, options: SuiteOptions = {}): void {
  host.describe(title, () => {
    const running = new Running(options)
    beforeAll(() => running.start(), TEST_LIMIT)
    afterAll(() => running.stop(), TEST_LIMIT)
    declare(running)
    test('nothing is left on the host', () => running.assertLeavesNothing(), TEST_LIMIT)
  })
}

class Running implements Suite {
  readonly #options: SuiteOptions
  readonly #daemons: DockerDaemon[] = []
  #scenarios = 0

  constructor(options: SuiteOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { buncDaemon, images } = this.#options
    for (const options of [this.#options, ...(buncDaemon === undefined ? [] : [buncDaemon])]) {
      const daemon = await DockerDaemon.start(options)
      this.#daemons.push(daemon)
      await importImages(daemon, images)
    }
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons) await daemon[Symbol.asyncDispose]()
  }

  same(name: string, scenario: (side: Side) => Promise<void>): void {
    const key = `c${++this.#scenarios}`
    const body = () => playBoth(name, (runtime) => new Side(this.#daemonFor(runtime), runtime, key), scenario)
    test.concurrent(name, () => inSlot(body), TEST_LIMIT)
  }

  alone(name: string, body: (daemon: DockerDaemon) => Promise<void>): void {
    test(name, () => body(this.#daemonFor('bunc')), this.#options.limit ?? TEST_LIMIT)
  }

  rows(rows: readonly RunRow[]): void {
    for (const row of rows) this.same(row.name, (side) => playRow(side, row))
  }

  /** No container, no state of a container, and once the daemon has ended, nothing of it either. */
  async assertLeavesNothing(): Promise<void> {
    for (const daemon of this.#daemons) {
      expect(await daemon.ok(['ps', '--all', '--quiet'])).toBe('')
      // A shim deletes what it is done with in its own time.
      await eventually('no state of a container', () => statesOf(daemon).length === 0)
      await daemon.assertLeavesNothing()
    }
  }

  #daemonFor(runtime: RuntimeName): DockerDaemon {
    const daemon = runtime === 'bunc' ? this.#daemons.at(-1) : this.#daemons[0]
    if (daemon === undefined) throw new Error('Cannot test Docker: the daemon did not start')
    return daemon
  }
}

async function playRow(side: Side, row: RunRow): Promise<void> {
  const command = typeof row.command === 'string' ? ['sh', '-c', row.command] : row.command
  const options = row.stdin === undefined ? {} : { stdin: row.stdin }
  const outcome = await side.run([...row.flags, row.image ?? IMAGE, ...command], options)
  const wrong = [
    outcome.code !== (row.code ?? 0) && `the exit code is not ${row.code ?? 0}`,
    row.says !== undefined && !row.says.test(outcome.stdout) && `stdout does not match ${row.says}`,
    row.complains !== undefined && !row.complains.test(outcome.stderr) && `stderr does not match ${row.complains}`,
  ].filter((entry) => entry !== false)
  if (wrong.length > 0) throw new Error(`Cannot compare: ${wrong.join(', ')}`)
}

/** The state directories that the runtimes have left below their roots, which the daemon puts into its own. */
function statesOf(daemon: DockerDaemon): string[] {
  return readdirSync(daemon.execRoot)
    .filter((entry) => entry.startsWith('runtime-'))
    .map((entry) => join(daemon.execRoot, entry, 'moby'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((id) => join(path, id)))
}

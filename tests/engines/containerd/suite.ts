// A file's worth of containerd tests: one daemon for all of them, scenarios played with both runtimes, a few at a time,
// and at the end proof that the host is as it was.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { needs } from '#tests/support/needs.ts'

import { playBoth } from '../compare.ts'
import { RUNTIMES } from '../programs.ts'
import type { RuntimeName } from '../programs.ts'
import { slots } from '../slots.ts'
import { ContainerdDaemon } from './daemon.ts'
import { packImage } from './image.ts'
import { ContainerdSide } from './side.ts'

export interface ContainerdSuite {
  /** Declares a test that plays `scenario` with both runtimes and demands equal transcripts. */
  same(name: string, scenario: (side: ContainerdSide) => Promise<void>): void
  /** Declares a test of the daemon alone. */
  alone(name: string, body: (daemon: ContainerdDaemon) => Promise<void>): void
}

/** What the tests cannot do without. */
const host = needs('root', 'busybox', 'bunc', 'runc', 'containerd')

/** Far above what a test takes: the commands in it have limits of their own. */
const TEST_LIMIT = 240_000

/** Both runtimes play at the same time, so this makes four clients at once. */
const inSlot = slots(2)

/** Declares the tests that `declare` names, or, on a host without containerd, none and the reason. */
export function containerdSuite(title: string, declare: (suite: ContainerdSuite) => void): void {
  host.describe(title, () => {
    const running = new Running()
    beforeAll(() => running.start(), TEST_LIMIT)
    afterAll(() => running.stop(), TEST_LIMIT)
    declare(running)
    test('nothing is left on the host', () => running.assertLeavesNothing(), TEST_LIMIT)
  })
}

class Running implements ContainerdSuite {
  #daemon: ContainerdDaemon | undefined
  #scenarios = 0

  async start(): Promise<void> {
    this.#daemon = await ContainerdDaemon.start()
    const image = await packImage(this.#daemon.dir)
    for (const namespace of [this.#daemon.name, 'k8s.io'])
      await this.#daemon.ok(['--namespace', namespace, 'images', 'import', image])
  }

  async stop(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]()
  }

  same(name: string, scenario: (side: ContainerdSide) => Promise<void>): void {
    const key = `c${++this.#scenarios}`
    const body = () => playBoth(name, (runtime) => new ContainerdSide(this.#started(), runtime, key), scenario)
    test.concurrent(name, () => inSlot(body), TEST_LIMIT)
  }

  alone(name: string, body: (daemon: ContainerdDaemon) => Promise<void>): void {
    test(name, () => body(this.#started()), TEST_LIMIT)
  }

  async assertLeavesNothing(): Promise<void> {
    const daemon = this.#started()
    expect(await daemon.ok(['containers', 'ls', '--quiet'])).toBe('')
    expect(await daemon.ok(['tasks', 'ls', '--quiet'])).toBe('')
    expect(RUNTIMES.flatMap((runtime) => statesOf(daemon, runtime))).toEqual([])
    await daemon.assertLeavesNothing()
  }

  #started(): ContainerdDaemon {
    if (this.#daemon === undefined) throw new Error('Cannot test containerd: the daemon did not start')
    return this.#daemon
  }
}

/** The state directories that a runtime has left below its root. */
function statesOf(daemon: ContainerdDaemon, runtime: RuntimeName): string[] {
  const root = join(daemon.stateRoot(runtime), daemon.name)
  return existsSync(root) ? readdirSync(root).map((id) => join(root, id)) : []
}

// A file's worth of Podman tests: one storage for all of them, scenarios played with every runtime, a few at a time, and
// at the end proof that the host is as it was. runc's transcript is the expectation for bunc's; crun words much of it in
// another way, so with crun only what the scenario itself expects has to come true.
import { afterAll, beforeAll, test } from 'bun:test'

import { needs } from '#tests/support/needs.ts'

import { play, playBoth } from '../compare.ts'
import { slots } from '../slots.ts'
import { Podman } from './engine.ts'
import { PodmanSide } from './side.ts'

export interface PodmanSuite {
  /** Declares a test that plays `scenario` with runc and bunc and demands equal transcripts, and one that plays it with crun. */
  same(name: string, scenario: (side: PodmanSide) => Promise<void>): void
  /**
   * `same` with runc and bunc, each on a storage of its own: for what podmans on one storage take from each other.
   * One that makes a container closes the directory of all roots, which one beside it has just opened to a user namespace.
   */
  apart(name: string, scenario: (side: PodmanSide) => Promise<void>, crunLacks: string): void
  /** Declares a test of bunc alone. */
  alone(name: string, body: (side: PodmanSide) => Promise<void>): void
}

/** What the tests cannot do without. */
const host = needs('root', 'busybox', 'bunc', 'runc', 'crun', 'podman')

/** Far above what a test takes: the commands in it have limits of their own. */
const TEST_LIMIT = 240_000

const inSlot = slots(2)

/**
 * Declares the tests that `declare` names, or, on a host without Podman, none and the reason.
 * `documented` chooses the block of docs/podman.md that Podman is configured by.
 */
export function podmanSuite(title: string, declare: (suite: PodmanSuite) => void, documented?: string): void {
  host.describe(title, () => {
    let engine: Podman | undefined
    let scenarios = 0
    const running = () => {
      if (engine === undefined) throw new Error('Cannot test Podman: it has no image')
      return engine
    }
    beforeAll(async () => {
      engine = new Podman(documented)
      await engine.import()
    }, TEST_LIMIT)
    afterAll(() => engine?.[Symbol.asyncDispose](), TEST_LIMIT)
    const alone: PodmanSuite['alone'] = (name, body) => {
      const key = `c${++scenarios}`
      const once = () => play(new PodmanSide(running(), 'bunc', key), body)
      test.concurrent(name, () => inSlot(once), TEST_LIMIT)
    }
    const same: PodmanSuite['same'] = (name, scenario) => {
      const key = `c${++scenarios}`
      const both = () => playBoth(name, (runtime) => new PodmanSide(running(), runtime, key), scenario)
      test.concurrent(name, () => inSlot(both), TEST_LIMIT)
      const third = () => play(new PodmanSide(running(), 'crun', key), scenario)
      test.concurrent(`crun: ${name}`, () => inSlot(third), TEST_LIMIT)
    }
    const apart: PodmanSuite['apart'] = (name, scenario, crunLacks) => {
      const key = `c${++scenarios}`
      const both = async () => {
        await using runc = new Podman(documented)
        await using bunc = new Podman(documented)
        await Promise.all([runc.import(), bunc.import()])
        const engines = { runc, bunc }
        await playBoth(name, (runtime) => new PodmanSide(engines[runtime], runtime, key), scenario)
        await Promise.all([runc.assertLeavesNothing(), bunc.assertLeavesNothing()])
      }
      test.concurrent(name, () => inSlot(both), TEST_LIMIT)
      test.skip(`crun: ${name} [skipped: ${crunLacks}]`, () => {})
    }
    declare({ same, apart, alone })
    test('nothing is left on the host', () => running().assertLeavesNothing(), TEST_LIMIT)
  })
}

// Declares a published attack as two tests: against a program that does what the vulnerable runtime did, where it must
// succeed, or it would prove nothing; and against bunc, where it must not. What the attacker controls (the image, a
// process in a container, a volume) is made by `prepare`; what the operator trusts (config.json) is the caller's.

import { afterAll, expect } from 'bun:test'

import { Box } from '#tests/support/box.ts'
import { figure } from '#tests/support/figures.ts'
import { needs } from '#tests/support/needs.ts'
import type { RequirementName } from '#tests/support/requirements.ts'
import { runtimes } from '#tests/support/runtime.ts'
import type { Outcome } from '#tests/support/spawn.ts'

/** An attack. Each function gets a box of its own for each of the two programs. */
export interface Attack<Prepared> {
  /** The numbers of the advisories, and what the attack does, as one sentence. */
  readonly name: string
  readonly needs?: readonly RequirementName[]
  /** Makes what the attacker brings. `ending` is for what has to end: a process of the attacker's. */
  readonly prepare: (box: Box, ending: DisposableStack) => Prepared
  /** The program without the defence. */
  readonly naive: (box: Box, prepared: Prepared) => Promise<unknown>
  /** bunc, doing the same job. */
  readonly bunc: (box: Box, prepared: Prepared) => Promise<unknown>
  /** What bunc says where it refuses to do it; without this, it must succeed: another failure would prove nothing. */
  readonly refusal?: RegExp
  /** Whether the attacker has got what he wanted. Takes what the program gave, too. */
  readonly harm: (box: Box, prepared: Prepared, given: unknown) => boolean | Promise<boolean>
}

const LIMIT = 60_000

const counts = { naive: 0, bunc: 0, harmed: 0 }
afterAll(() => {
  const { naive, bunc, harmed } = counts
  figure(`${bunc} tried on bunc, ${harmed} got through; ${naive} got through without the defence`)
})

/** Declares both tests. */
export function attack<Prepared>(declared: Attack<Prepared>): void {
  const { test } = needs('root', 'bunc', 'busybox', ...(declared.needs ?? []))
  test(`${declared.name}: against a program without the defence`, () => tryOn(declared, 'naive', true), LIMIT)
  test(`${declared.name}: not against bunc`, () => tryOn(declared, 'bunc', false), LIMIT)
}

async function tryOn<Prepared>(declared: Attack<Prepared>, who: 'naive' | 'bunc', succeeds: boolean): Promise<void> {
  const bunc = runtimes.find(({ name }) => name === 'bunc')
  if (bunc === undefined) throw new Error('Cannot attack bunc: it is not among BUNC_TEST_RUNTIME')
  const box = new Box(bunc)
  try {
    using ending = new DisposableStack()
    const prepared = declared.prepare(box, ending)
    const given = await declared[who](box, prepared)
    if (who === 'bunc') checkOutcome(given, declared.refusal)
    const harmed = await declared.harm(box, prepared, given)
    if (who === 'bunc' || harmed) counts[who]++
    if (who === 'bunc' && harmed) counts.harmed++
    expect({ [who]: harmed }).toEqual({ [who]: succeeds })
    await box.deleteContainers()
  } finally {
    await box.destroy()
  }
}

/** Where several commands were given, each has been looked at by whoever gave them. */
function checkOutcome(given: unknown, refusal: RegExp | undefined): void {
  if (typeof given !== 'object' || given === null || !('code' in given && 'stderr' in given)) return
  if (refusal === undefined) expect(given).toMatchObject({ code: 0 })
  else expect(given).toMatchObject({ code: 1, stderr: expect.stringMatching(refusal) })
}

/** Runs a script of the host in a mount namespace of its own, with variables of the environment; however it ends. */
export function naively(box: Box, script: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script]
  return box.program(argv, { env: { ROOTFS: box.rootfs, ...env } })
}

/** What a command printed, if that is what was given. */
export function printedBy(given: unknown): string {
  return typeof given === 'object' && given !== null && 'stdout' in given ? String(given.stdout) : ''
}

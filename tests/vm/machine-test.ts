// Declares tests that boot machines: skipped, with the reason in their names, where the host cannot; side by side where
// it can, as boot() sees to it that there are not more machines than CPUs.
import { test } from 'bun:test'
import { whyNoMachine } from './available.ts'
import type { Arch } from './machine.ts'

/** Building an image, waiting for a CPU, and two machines that end at their time limits. */
const TIME_LIMIT = 900_000

const reasons = new Map<Arch, string | undefined>()

/**
 * Declares a test.
 * @param arch the architecture of the machines that it boots
 * @param name a sentence
 * @param body the test
 */
export function machineTest(arch: Arch, name: string, body: () => Promise<void>) {
  if (!reasons.has(arch)) reasons.set(arch, whyNoMachine(arch))
  const reason = reasons.get(arch)
  if (reason === undefined) test.concurrent(name, body, TIME_LIMIT)
  else test.skip(`${name} [skipped: needs vm: ${reason}]`, body)
}

// Declares tests that boot machines: skipped, with the reason in their names, where the host cannot; side by side where
// it can, as boot() sees to it that there are not more machines than CPUs.
import { test } from 'bun:test'
import { whyNoMachine } from './available.ts'
import type { Arch } from './machine.ts'

/** Seconds for building an image and waiting for a CPU. */
const PREPARATION = 420
/** Seconds after which a machine is given up, unless a test needs more. */
const PATIENCE = 240

const reasons = new Map<Arch, string | undefined>()

/**
 * Declares a test.
 * @param arch the architecture of the machines that it boots
 * @param name a sentence
 * @param body the test
 * @param patience seconds after which its machine is given up; a failure of the infrastructure may boot a second one
 */
export function machineTest(arch: Arch, name: string, body: () => Promise<void>, patience = PATIENCE) {
  if (!reasons.has(arch)) reasons.set(arch, whyNoMachine(arch))
  const reason = reasons.get(arch)
  if (reason === undefined) test.concurrent(name, body, (PREPARATION + 2 * patience) * 1_000)
  else test.skip(`${name} [skipped: needs vm: ${reason}]`, body)
}

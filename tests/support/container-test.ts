// Declares a test that every runtime of this run has to pass, each in a box of its own that must be left clean.
//
// A peer that cannot pass is declared with the reason, and the declaration is itself tested: where the peer does pass,
// the test fails and the declaration has to go. bunc can be declared to lack nothing.
import { test } from 'bun:test'

import { Box } from './box.ts'
import { lacks as unmet } from './needs.ts'
import type { RequirementName } from './requirements.ts'
import { atLeast, missingRuntimes, runtimes } from './runtime.ts'
import type { Runtime, RuntimeName } from './runtime.ts'

/** A thing that some versions of one of the peers do not do, or do in another way. */
export interface Lack {
  readonly kind: 'lack'
  readonly runtime: Exclude<RuntimeName, 'bunc'>
  readonly reason: string
  readonly versions: Versions
}

/** The versions that a declaration speaks of: `from` and newer, older than `until`; all where neither is named. */
export interface Versions {
  readonly from?: string
  readonly until?: string
}

/** A peer that passes on some runs and fails on others: it is left out, with the reason. */
export interface Race {
  readonly kind: 'race'
  readonly runtime: Exclude<RuntimeName, 'bunc'>
  readonly reason: string
}

/** A thing that the host must have for the test to mean anything; `missing` says what is not there. */
export interface Need {
  readonly kind: 'need'
  readonly missing: string | undefined
}

/** How many tests run at once: a runtime spends most of its time waiting for the kernel. */
const JOBS = Number(process.env['BUNC_TEST_JOBS'] ?? 3)

/** Far above what a slow virtual machine takes: the commands in a test have limits of their own. */
const TEST_LIMIT = 120_000

/** Declares that `runtime` fails this test for `reason`, in all of its versions or in those named. */
export function lacks(runtime: Lack['runtime'], reason: string, versions: Versions = {}): Lack {
  return { kind: 'lack', runtime, reason, versions }
}

/** Declares that `runtime` passes or fails this test by chance, for `reason`. */
export function races(runtime: Race['runtime'], reason: string): Race {
  return { kind: 'race', runtime, reason }
}

/** Declares that the test means nothing on a host that lacks one of the requirements. */
export function needing(...names: readonly RequirementName[]): Need {
  return { kind: 'need', missing: unmet(names) }
}

/** Declares that the test means nothing on a host where `present` is false; `what` names the thing. */
export function only(present: boolean, what: string): Need {
  return { kind: 'need', missing: present ? undefined : `needs ${what}` }
}

/** Declares that bunc needs one of the system calls for what is tested; see BUNC_TEST_WITHOUT. */
export function usingCall(name: string): Need {
  const lacking = (process.env['BUNC_TEST_WITHOUT'] ?? '').split(',').includes(name)
  return { kind: 'need', missing: lacking ? `has no fallback for ${name}` : undefined }
}

/** Declares the test `name` for every runtime of this run. */
export function containerTest(
  name: string,
  body: (box: Box) => Promise<void>,
  ...conditions: readonly (Lack | Race | Need)[]
): void {
  for (const { name: runtime, reason } of missingRuntimes) {
    test.skip(title(runtime, name, `skipped: ${reason}`), () => {})
  }
  const needs = [needing('root', 'busybox'), ...conditions].filter((condition) => condition.kind === 'need')
  const missing = needs.flatMap((need) => need.missing ?? [])
  for (const runtime of runtimes) {
    const race = conditions.find((entry) => entry.kind === 'race' && entry.runtime === runtime.name)
    const lack = conditions.find((entry) => entry.kind === 'lack' && isLacking(runtime, entry))
    if (missing.length > 0) test.skip(title(runtime.name, name, `skipped: ${missing.join('; ')}`), () => {})
    else if (race?.kind === 'race') test.skip(title(runtime.name, name, `skipped: ${race.reason}`), () => {})
    else if (lack?.kind === 'lack') declareLack(runtime, name, lack, body)
    else test.concurrent(title(runtime.name, name), () => inTurn(() => passIn(runtime, body)), TEST_LIMIT)
  }
}

function isLacking({ name, version }: Runtime, { runtime, versions: { from, until } }: Lack): boolean {
  const begun = from === undefined || atLeast(version, from)
  const ended = until !== undefined && atLeast(version, until)
  return runtime === name && begun && !ended
}

function declareLack(runtime: Runtime, name: string, lack: Lack, body: (box: Box) => Promise<void>): void {
  const proveFailing = async () => {
    const passed = await passIn(runtime, body).then(
      () => true,
      () => false,
    )
    if (passed) throw new Error(`Cannot keep a declared lack: ${runtime.name} ${runtime.version} passes this test`)
  }
  test.concurrent(
    title(runtime.name, name, `fails as declared: ${lack.reason}`),
    () => inTurn(proveFailing),
    TEST_LIMIT,
  )
}

const free: (() => void)[] = []
let running = 0

/** Runs `body` when fewer than JOBS others run. */
async function inTurn(body: () => Promise<void>): Promise<void> {
  if (running >= JOBS) await new Promise<void>((resolve) => free.push(resolve))
  else running++
  try {
    await body()
  } finally {
    const next = free.shift()
    if (next === undefined) running--
    else next()
  }
}

async function passIn(runtime: Runtime, body: (box: Box) => Promise<void>): Promise<void> {
  const box = new Box(runtime)
  try {
    await body(box)
    await box.deleteContainers()
    await box.assertClean()
  } finally {
    await box.destroy()
  }
}

function title(runtime: RuntimeName, name: string, remark?: string): string {
  return `${runtime}: ${name}${remark === undefined ? '' : ` [${remark}]`}`
}

// Configs and command lines that nobody would write: each is taken or refused in one line, never with a stack trace, an
// "Internal fault", the end by a signal, or silence. BUNC_TEST_SEED names the first case; fuzz.ts shows a single one.

import { expect, test as pure } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { figure } from '#tests/support/figures.ts'
import { leftovers } from '#tests/support/leaks.ts'
import { needs } from '#tests/support/needs.ts'
import { type Runtime, runtimes } from '#tests/support/runtime.ts'
import { extent } from '#tests/support/soak.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'
import { configFor } from './cases.ts'
import { added, type Tally } from './tally.ts'

const { test } = needs('root', 'busybox', 'bunc')
const FIRST = Number(process.env['BUNC_TEST_SEED'] ?? Math.floor(Date.now() / 1_000))
const CASES = extent(100_000, 2_000_000)
const REAL = extent(2_000, 10_000)
/** How many processes go through the cases side by side. */
const LANES = 2
/** Far above the half minute that an idle machine takes. */
const SECONDS = extent(300, 3_600)
const LIMIT = extent(420_000, 7_200_000)

pure(
  'a config or a command line is taken, or refused in one line',
  async () => {
    const began = performance.now()
    const each = Math.ceil(CASES / LANES)
    const lanes = Array.from({ length: LANES }, (_, lane) => tally(FIRST + lane * each, each))
    const { cases, kinds, slowest, wrong } = added(await Promise.all(lanes))
    const seconds = ((performance.now() - began) / 1_000).toFixed(0)
    figure(
      `${cases} cases from ${FIRST} on in ${seconds} s, ${JSON.stringify(kinds)}, slowest ${JSON.stringify(slowest)}, wrong ${wrong.length}`,
    )
    expect(wrong).toEqual([])
    expect(cases).toBeGreaterThanOrEqual(CASES)
  },
  LIMIT,
)

/** Goes through cases in a process of their own; fails with the number of one that does not come to its end. */
async function tally(first: number, count: number): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  const atHand = join(dir, 'at-hand')
  try {
    const argv = [process.execPath, join(import.meta.dir, 'fuzz.ts'), ...[first, count, SECONDS].map(String), atHand]
    const killed = { timeout: (SECONDS + 20) * 1_000, killSignal: 'SIGKILL' } as const
    const child = Bun.spawn(argv, { stdio: ['ignore', 'pipe', 'pipe'], ...killed })
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
    const code = await child.exited
    const last = code === 0 ? '' : readFileSync(atHand, 'utf8').trim()
    expect({ code, stderr, last }).toEqual({ code: 0, stderr: '', last: '' })
    return JSON.parse(stdout)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What a changed config must not change: where it happens, and what is run. */
const FIXED = { root: { path: 'rootfs' }, hooks: null, linux: { sysctl: null } }

test(
  'a changed config makes a container or is refused in one line, and nothing is left',
  async () => {
    const bunc = runtimes.find(({ name }) => name === 'bunc')
    if (bunc === undefined) throw new Error('Cannot test what is not built')
    const began = performance.now()
    const codes: Record<number, number> = {}
    const lanes = Array.from({ length: LANES }, (_, lane) => createAll(bunc, lane, codes))
    await Promise.all(lanes)
    const seconds = ((performance.now() - began) / 1_000).toFixed(0)
    figure(`${REAL} containers from ${FIRST} on in ${seconds} s, by exit code ${JSON.stringify(codes)}`)
    expect(Object.values(codes).reduce((sum, count) => sum + count, 0)).toBe(REAL)
  },
  LIMIT,
)

/** Makes every so many-th container of all, counts the exit codes. */
async function createAll(bunc: Runtime, lane: number, codes: Record<number, number>): Promise<void> {
  const box = new Box(bunc)
  try {
    for (let seed = FIRST + lane; seed < FIRST + REAL; seed += LANES) {
      const code = await createOne(box, seed)
      codes[code] = (codes[code] ?? 0) + 1
    }
  } finally {
    await box.destroy()
  }
}

async function createOne(box: Box, seed: number): Promise<number> {
  const changed = merge(configFor(seed, defaultSpec(box.name)), FIXED)
  writeConfig(box.bundleDir, merge(changed, { linux: { cgroupsPath: `/${box.name}` } }))
  // What is mounted in a namespace that was shared by mistake goes away with this one.
  const argv = ['unshare', '--mount', '--propagation', 'private', ...box.runArgv()]
  const { code, stderr } = await box.program(argv, { limit: 20_000 })
  const fault = /Internal fault|^\s+at |Bun v\d|undefined/m.exec(stderr)?.[0]
  expect({ seed, fault }).toEqual({ seed, fault: undefined })
  const signalled = code > 128 && code !== 255
  expect({ seed, signalled, stderr: signalled ? stderr : '' }).toEqual({ seed, signalled: false, stderr: '' })
  const left = leftovers({ name: box.name, sessions: [] })
  expect({ seed, left, states: box.stateIds() }).toEqual({ seed, left: [], states: [] })
  return code
}

// Configs and command lines that nobody would write: each is taken or refused in one line, never with a stack trace, an
// "Internal fault", the end by a signal, or silence. BUNC_TEST_SEED names the first case; fuzz.ts shows a single one.

import { expect, test as pure } from 'bun:test'
import { join } from 'node:path'

import { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { leftovers } from '#tests/support/leaks.ts'
import { needs } from '#tests/support/needs.ts'
import { runtimes } from '#tests/support/runtime.ts'
import { extent } from '#tests/support/soak.ts'
import { defaultSpec, merge } from '#tests/support/spec.ts'
import { configFor } from './cases.ts'

const { test } = needs('root', 'busybox', 'bunc')
const FIRST = Number(process.env['BUNC_TEST_SEED'] ?? Math.floor(Date.now() / 1_000))
const CASES = 100_000
const SECONDS = extent(40, 3_600)
const REAL = extent(200, 5_000)
const LIMIT = extent(120_000, 7_200_000)

pure(
  'a config or a command line is taken, or refused in one line',
  () => {
    const argv = [process.execPath, join(import.meta.dir, 'fuzz.ts'), String(FIRST), String(CASES), String(SECONDS)]
    const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { timeout: (SECONDS + 20) * 1_000, killSignal: 'SIGKILL' })
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: '' })
    const { cases, kinds, slowest, wrong } = JSON.parse(stdout.toString())
    console.log(
      `fuzz: cases ${FIRST} to ${FIRST + cases - 1}: ${JSON.stringify(kinds)}, slowest ${JSON.stringify(slowest)}`,
    )
    expect(wrong).toEqual([])
    expect(cases).toBeGreaterThan(500)
  },
  LIMIT,
)

/** What a changed config must not change: where it happens, and what is run. */
const FIXED = { root: { path: 'rootfs' }, hooks: null, linux: { sysctl: null } }

test(
  'a changed config makes a container or is refused in one line, and nothing is left',
  async () => {
    const bunc = runtimes.find(({ name }) => name === 'bunc')
    if (bunc === undefined) throw new Error('Cannot test what is not built')
    const box = new Box(bunc)
    const codes: Record<number, number> = {}
    try {
      for (let seed = FIRST; seed < FIRST + REAL; seed++) {
        const plain = defaultSpec(box.name)
        const changed = merge(configFor(seed, plain), FIXED)
        writeConfig(box.bundleDir, merge(changed, { linux: { cgroupsPath: `/${box.name}` } }))
        // What is mounted in a namespace that was shared by mistake goes away with this one.
        const argv = ['unshare', '--mount', '--propagation', 'private', ...bunc.argv, '--root', box.root, 'run']
        const { code, stderr } = await box.program([...argv, '--bundle', box.bundleDir, box.name], { limit: 20_000 })
        codes[code] = (codes[code] ?? 0) + 1
        expect({ seed, fault: /Internal fault|^\s+at |Bun v\d|undefined/m.exec(stderr)?.[0] }).toEqual({
          seed,
          fault: undefined,
        })
        expect({
          seed,
          signalled: code > 128 && code !== 255,
          stderr: code > 128 && code !== 255 ? stderr : '',
        }).toEqual({ seed, signalled: false, stderr: '' })
        expect({ seed, left: leftovers({ name: box.name, sessions: [] }), states: box.stateIds() }).toEqual({
          seed,
          left: [],
          states: [],
        })
      }
      console.log(`fuzz: ${REAL} created from ${FIRST} on, by exit code ${JSON.stringify(codes)}`)
    } finally {
      await box.destroy()
    }
  },
  LIMIT,
)

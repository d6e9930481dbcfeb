// The container tests where a host of both cgroup versions shows version 2 alone: in a mount namespace of their own, with
// what version 2 has left over. The machines of tests/vm have all of its controllers; here it is this kernel.
// By default the files that make and limit cgroups; BUNC_TEST_KERNELS=all takes every file. For bunc alone: its peers
// prove the tests on the host and in the machines, and without the memory controller runc 1.1.5 has a warning in every error.

import { expect } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { casesOf } from '#tests/support/junit.ts'
import { needs } from '#tests/support/needs.ts'

const { test } = needs('root', 'bunc', 'busybox', 'cgroup1')
const ALL = process.env['BUNC_TEST_KERNELS'] === 'all'
const CHOICE = ['cgroups', 'pause', 'update', 'events', 'lifecycle', 'kill', 'exec', 'many-lives', 'selftest', 'doctor']
const PATHS = ALL ? ['tests/container'] : CHOICE.map((name) => `./tests/container/${name}.test.ts`)

/** Its second line is to fail where version 2 cannot be mounted: nothing of version 1 may be seen. */
const ALONE = `
  umount --recursive /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup && exec "$@"`

test(
  'the container tests pass where only cgroup v2 is mounted',
  () => {
    const work = mkdtempSync(join(tmpdir(), 'bunc-test-cgroup2-'))
    try {
      const report = ['--reporter=junit', `--reporter-outfile=${work}/report.xml`]
      const bun = [process.execPath, 'test', '--only-failures', '--timeout=60000', ...report, ...PATHS]
      const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ALONE, 'sh', ...bun]
      const where = { env: { ...process.env, BUNC_TEST_RUNTIME: 'bunc' }, cwd: join(import.meta.dir, '../..') }
      const { exitCode, stdout, stderr } = Bun.spawnSync(argv, where)
      const cases = casesOf(readFileSync(`${work}/report.xml`, 'utf8'))
      const count = (outcome: string) => cases.filter((entry) => entry.outcome === outcome).length
      console.log(`cgroup v2 alone: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
      if (exitCode !== 0) throw new Error(`Cannot pass: exit code ${exitCode}\n${stdout}${stderr}`)
      expect(count('passed')).toBeGreaterThan(100)
    } finally {
      rmSync(work, { recursive: true })
    }
  },
  ALL ? 1_800_000 : 280_000,
)

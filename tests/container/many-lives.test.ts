// Many containers made and deleted, one after the other, by the name of one: what a life leaves behind adds up. The box looks
// for cgroups, mounts and processes; tests/vm/inside/many-lives.ts for what has no name.
import { expect } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'

import { hasController } from '#tests/support/cgroup-files.ts'
import { containerTest } from '#tests/support/container-test.ts'

/** A thousand take minutes. */
const CYCLES = Number(process.env['BUNC_TEST_CYCLES'] ?? 20)

/** One that is created and never runs, and one that runs and is killed, in turn. Runs the command line that it is given. */
const SCRIPT = `
  times=$1 bundle=$2 name=$3; shift 3
  for i in $(seq "$times"); do
    "$@" create --bundle "$bundle" "$name" </dev/null >/dev/null || exit 1
    if [ $((i % 2)) = 0 ]; then "$@" start "$name" || exit 1; fi
    "$@" delete --force "$name" || exit 1
  done`

/** A limit where the host has one to give. */
const LIMITS = hasController('pids') ? { pids: { limit: 20 } } : {}

/** As many as a test has time for. */
const BATCH = 100

for (let first = 1; first <= CYCLES; first += BATCH) {
  const last = Math.min(first + BATCH - 1, CYCLES)
  containerTest(`containers ${first} to ${last}, made and deleted, leave nothing`, async (box) => {
    box.configure({ process: { args: ['sleep', '1000'] }, linux: { resources: LIMITS } })
    const lives = ['sh', '-c', SCRIPT, 'sh', String(last - first + 1), box.bundleDir, box.name]
    const { code, stderr } = await box.program([...lives, ...box.runtime.argv, '--root', box.root], { limit: 110_000 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readdirSync(box.root).filter((name) => name.includes(box.name))).toEqual([])
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(box.name)
  })
}

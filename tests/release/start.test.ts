// Each executable of a release starts, on the processor and with the C library that it is for, and makes containers
// there: what bunc promises of them it tries itself (`bunc selftest`).
import { afterAll, expect, test } from 'bun:test'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { aligned } from '#src/snapshot/alignment.ts'
import { original, segmentIn } from '#src/snapshot/image.ts'
import { lacks } from '#tests/support/needs.ts'
import { boot } from '#tests/vm/boot.ts'
import { archive } from '#tests/vm/image/debian.ts'
import { machineTest } from '#tests/vm/machine-test.ts'
import { KINDS } from '#tests/vm/machine.ts'
import { makeMuslRoot } from './musl-root.ts'
import { makeReleaseIn, run, scratch, VERSION } from './released.ts'

const work = scratch()
afterAll(() => work[Symbol.dispose]())
const release = makeReleaseIn(work.path)

const reason =
  lacks(['root', 'busybox', 'vm']) ??
  (archive() === undefined ? 'needs vm: no Debian archive is known here' : undefined)

/**
 * A shell script: runs what stands in "$@" in the root $root, over the machine's own file systems. `selftest` makes
 * containers over a copy of this root, so it needs a shell.
 */
const IN_ROOT = `
  for name in bin dev proc sys run tmp; do mkdir -p $root/$name; done
  cp /bin/busybox $root/bin/busybox
  for applet in $(/bin/busybox --list); do [ -e $root/bin/$applet ] || ln -s busybox $root/bin/$applet; done
  mount --bind $root $root
  for name in dev proc sys; do mount --rbind /$name $root/$name; done
  mount -t tmpfs tmpfs $root/tmp
  inside() { chroot $root "$@"; }
`

/** Takes what `bunc --version` and `bunc selftest` say, one after the other. */
function expectBunc(said: string): void {
  const lines = said.split('\n')
  expect(lines[0]).toBe(`bunc version ${VERSION}`)
  expect(lines.filter((line) => line.startsWith('not ok'))).toEqual([])
  expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(20)
}

test('the executable for amd64 starts here, without a variable and in an empty directory', () => {
  using empty = scratch()
  expect(run(['env', '-i', join(release, 'bunc-linux-amd64'), '--version'], empty.path)).toStartWith(
    `bunc version ${VERSION}\n`,
  )
})

test('the executable for amd64 can be given a snapshot, and is the same but for that, and for where its code lies', () => {
  using place = scratch()
  const file = join(place.path, 'bunc')
  const released = join(release, 'bunc-linux-amd64')
  run([released, 'snapshot', '--output', file])
  const image = readFileSync(file)
  const before = readFileSync(released)
  const moved = aligned(before)
  expect(segmentIn(before)).toBeUndefined()
  expect(segmentIn(image)).toBeGreaterThan(0)
  expect(original(image).subarray(0, moved.length).equals(moved)).toBe(true)
  expect(run([file, '--version'])).toBe(run([released, '--version']))
})

const muslName = 'the executable for amd64 with musl keeps its promises in a root that has musl alone'
if (reason !== undefined) test.skip(`${muslName} [skipped: ${reason}]`, () => {})
else
  test(muslName, async () => {
    const root = await makeMuslRoot(work.path, 'amd64')
    cpSync(join(release, 'bunc-linux-amd64-musl'), join(root, 'bin/bunc'))
    const script = `set -e; root=${root}; ${IN_ROOT}\ninside /bin/bunc --version; inside /bin/bunc selftest; inside /bin/bunc snapshot 2>&1 || true`
    const said = run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script])
    expectBunc(said)
    expect(said).toEndWith('bunc: Cannot take a snapshot for "/bin/bunc": there are snapshots with glibc only\n')
  })

machineTest('aarch64', 'the executable for arm64 keeps its promises on an ARM processor', async () => {
  const command = 'cp /share/bunc /root/bunc; /root/bunc --version && /root/bunc selftest'
  const share = { bunc: join(release, 'bunc-linux-arm64') }
  using outcome = await boot({ kind: KINDS.aarch64, command, share, timeoutSeconds: 300, memoryMiB: 1536 })
  expectBunc(outcome.output)
})

machineTest(
  'aarch64',
  'the executable for arm64 with musl keeps its promises in a root that has musl alone',
  async () => {
    const root = await makeMuslRoot(work.path, 'arm64')
    const share = { root, bunc: join(release, 'bunc-linux-arm64-musl') }
    // pivot_root(2) refuses a root below a shared mount, and what is above this root bunc cannot change.
    const command = `mount --make-rprivate /; root=/root/musl; cp -a /share/root $root; cp /share/bunc $root/bin/bunc; ${IN_ROOT}
    inside /bin/bunc --version && inside /bin/bunc selftest`
    using outcome = await boot({ kind: KINDS.aarch64, command, share, timeoutSeconds: 300, memoryMiB: 1536 })
    expectBunc(outcome.output)
  },
)

// One container in an ARM machine: a bundle whose config.json the test writes and whose root file system the guest
// makes out of its own busybox. Knows how the runtime is called, not what it is asked for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { boot } from './boot.ts'
import { KINDS } from './machine.ts'
import { subjectFor } from './subject.ts'
import { defaultSpec, merge, type Spec } from '#tests/support/spec.ts'

/** `runtime` for the runtime under test, `bundle` and `name` for what it takes. */
const PRELUDE = `
  bundle=/root/bundle name=box
  mkdir -p $bundle/rootfs/bin $bundle/rootfs/proc $bundle/rootfs/sys $bundle/rootfs/dev $bundle/rootfs/tmp
  cp /bin/busybox $bundle/rootfs/bin/
  for applet in cat echo grep kill mkdir sh sleep tail true uname; do ln -s busybox $bundle/rootfs/bin/$applet; done
  cp /share/config.json $bundle/
  runtime() { "$path" --root /run/test "$@"; }
  status() { runtime state $name | sed -n 's/.*"status": *"\\([a-z]*\\)".*/\\1/p'; }
`

/**
 * Boots an ARM machine with a bundle in it.
 * @param spec laid over the default config.json
 * @param script shell script; `runtime` is the runtime under test, `status` prints the container's
 * @returns the script's exit code and output
 */
export async function onArm64(spec: Spec, script: string): Promise<{ exitCode: number; output: string }> {
  const subject = await subjectFor('aarch64')
  const directory = await mkdtemp(`${tmpdir()}/bunc-test-arm64-`)
  try {
    await Bun.write(`${directory}/config.json`, JSON.stringify(merge(defaultSpec('box'), spec)))
    using outcome = await boot({
      kind: KINDS.aarch64,
      command: `path=${subject.path}\n${PRELUDE}\n${script}`,
      share: { ...subject.share, 'config.json': `${directory}/config.json` },
      timeoutSeconds: 120,
      memoryMiB: 1024,
    })
    return { exitCode: outcome.exitCode, output: outcome.output }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

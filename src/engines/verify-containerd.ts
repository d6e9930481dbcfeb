// A container of containerd, asked for by ctr(8): over a directory, so that no image is needed. ctr names the binary by
// itself; that the file names it, too, is only for the CRI plugin, which is asked by a kubelet.

import { harmlessly } from '#ffi/call.ts'
import { mkdirat, unlinkat } from '#ffi/calls/file.ts'
import { removeTree, writeNew } from '#src/files.ts'
import type { NewRuntime } from './engines.ts'
import { type Argv, ask, type Host, succeeds } from './host.ts'
import { payload, PROGRAM, VERIFIED } from './payload.ts'

/** A namespace of its own: nobody's containers are there. */
const NAMESPACE = 'bunc-verify'
/** What containerd and the runtime leave of a namespace, empty, where its directories are the usual ones. */
const LEFT = [
  '/run/containerd/runc',
  '/run/containerd/io.containerd.runtime.v2.task',
  '/var/lib/containerd/io.containerd.runtime.v2.task',
]

/** Has containerd run a container of this name. Throws a Failure with what ctr said. */
export function verifyContainerd(host: Host, name: string, { path }: NewRuntime): void {
  // Not below /run, which is mounted "noexec" in places.
  const root = `/var/lib/${name}`
  const ctr: Argv = ['ctr', '--namespace', NAMESPACE]
  try {
    makeRoot(host, root)
    host.show('running a container')
    // With the cgroup that ctr would choose, a directory of the namespace's name is left behind.
    const flags = ['--rm', '--runc-binary', path, '--cgroup', `/${name}`, '--rootfs']
    ask(host, [...ctr, 'run', ...flags, root, name, `/${PROGRAM}`], { expected: VERIFIED })
  } catch (error) {
    succeeds(host, [...ctr, 'tasks', 'rm', '--force', name])
    succeeds(host, [...ctr, 'containers', 'rm', name])
    throw error
  } finally {
    removeTree(host.kernel.here, root)
    succeeds(host, ['ctr', 'namespaces', 'rm', NAMESPACE])
    for (const place of LEFT) host.kernel.here(harmlessly(unlinkat('cwd', `${place}/${NAMESPACE}`, ['REMOVEDIR'])))
  }
}

function makeRoot({ kernel: { here } }: Host, root: string): void {
  here(mkdirat('cwd', root, 0o755))
  writeNew(here, `${root}/${PROGRAM}`, payload(), 0o755)
}

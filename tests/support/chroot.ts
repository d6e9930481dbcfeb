// Runs a runtime in a chroot(2), which has everything of the host in it.
import { type Box, WAIT } from './box.ts'
import type { Outcome } from './spawn.ts'
import type { Spec } from './spec.ts'

/** How a new root is made: a shell script for $root. */
const ROOTS = {
  /** The host's root once more, with the file /mnt/in-the-chroot. */
  mount: 'mount --rbind / "$root"; mount -t tmpfs only "$root/mnt"; touch "$root/mnt/in-the-chroot"',
  /** A mere directory with everything of the host's root in it. */
  directory: `for name in /*; do
    if [ -L $name ]; then cp -P $name "$root$name"
    elif [ -d $name ]; then mkdir "$root$name" && mount --rbind $name "$root$name"; fi
  done`,
} as const

/** Runs a shell script in a new root. It has $bundle and $id of the box, and the runtime as "runtime". */
export function inChroot(box: Box, root: keyof typeof ROOTS, script: string, spec: Spec = {}): Promise<Outcome> {
  box.configure({ ...spec, process: { args: WAIT, ...spec.process } })
  const runtime = [...box.runtime.argv, '--root', box.root].map((word) => `'${word}'`).join(' ')
  const outer = `set -e; root=$1; mkdir "$root"; ${ROOTS[root]}; exec chroot "$root" sh -ec "$2" sh "$3" "$4"`
  const inner = `bundle=$1 id=$2; runtime() { ${runtime} "$@"; }; ${script}`
  return box.program([
    ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c', outer, 'sh'],
    ...[box.path('root'), inner, box.bundleDir, box.name],
  ])
}

/** For a script: runs the container in the background. */
export const detached = (flags = '') => `runtime run ${flags} --detach --bundle $bundle $id </dev/null >/dev/null`

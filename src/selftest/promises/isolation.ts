// What a container does not share with the host.

import { readlinkat } from '#ffi/calls/file.ts'
import { Failure } from '#src/failure.ts'
import { statIfThere } from '#src/files.ts'
import { NAMESPACE_FILES } from '#src/namespaces/plan.ts'
import type { Ground } from '../ground.ts'
import type { Promised } from '../promise.ts'

const namespaces: readonly Promised[] = (['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'] as const).map((type) => ({
  name: `has its own ${type} namespace`,
  keep: (ground) => {
    const file = `/proc/self/ns/${NAMESPACE_FILES[type]}`
    ground.expect(`[ "$(readlink ${file})" ] && [ "$(readlink ${file})" != '${hosts(ground, file)}' ]`)
  },
}))

function hosts({ kernel }: Ground, link: string): string {
  return kernel.here(readlinkat('cwd', link))
}

const time: Promised = {
  name: 'has its own time namespace where it asks for one',
  skip: ({ kernel }) =>
    statIfThere(kernel.here, '/proc/self/ns/time') === undefined ? 'this kernel has none' : undefined,
  keep: (ground) =>
    ground.expect(`[ "$(readlink /proc/self/ns/time)" != '${hosts(ground, '/proc/self/ns/time')}' ]`, (config) => ({
      ...config,
      linux: { ...config.linux, namespaces: [...config.linux.namespaces, { type: 'time' }] },
    })),
}

const FILE = '/bunc-selftest'

const writes: Promised = {
  name: 'writes nothing to the root of the host',
  keep: (ground) => {
    ground.expect(`echo x >${FILE} && [ -s ${FILE} ]`)
    if (statIfThere(ground.kernel.here, FILE) !== undefined) throw new Failure(`"${FILE}" is on the host`)
  },
}

export const isolation: readonly Promised[] = [
  ...namespaces,
  time,
  { name: 'has its program as the first process', keep: (ground) => ground.expect('[ $$ = 1 ]') },
  {
    name: 'sees no process of the host',
    keep: (ground) => ground.expect('cd /proc && set -- [0-9]* && [ $# -le 2 ] && [ "$1" = 1 ]'),
  },
  { name: 'has its own host name', keep: (ground) => ground.expect('[ "$(cat /proc/sys/kernel/hostname)" = bunc ]') },
  {
    name: 'has no network interface but loopback',
    // Some kernels give every namespace the ends of tunnels, which lead nowhere.
    keep: (ground) =>
      ground.expect(
        'cd /sys/class/net && for i in *; do case $i in lo | *tnl* | *tun* | sit* | gre* | erspan*) ;; *) exit 1 ;; esac; done',
      ),
  },
  { name: 'sees its own cgroup as the root', keep: (ground) => ground.expect('! grep -qv ":/$" /proc/self/cgroup') },
  writes,
]

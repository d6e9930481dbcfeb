// What becomes of a container, and what is left of it.

import type { Sys } from '#ffi/call.ts'
import { plan } from '#src/cgroups/plan.ts'
import { Failure } from '#src/failure.ts'
import { readText, statIfThere } from '#src/files.ts'
import type { Ground } from '../ground.ts'
import type { Promised } from '../promise.ts'

/** A shell script that waits for five seconds at most. */
const until = (condition: string) =>
  `i=0; while [ $i -lt 500 ]; do ${condition} && exit; sleep 0.01; i=$((i + 1)); done; exit 1`

const MARK = '/bunc-selftest'
const WAITS = 'while :; do sleep 0.02; done'

/** What is still there of the containers that have been. */
function traces({ kernel, store, ids }: Ground): readonly string[] {
  const { here } = kernel
  const mounts = readText(here, '/proc/self/mountinfo').split('\n')
  return ids.flatMap((id) => [
    ...there(here, `${store}/${id}`),
    ...plan(here, { path: '', id, driver: 'cgroupfs' }).hierarchies.flatMap(({ path }) => there(here, path)),
    ...mounts.filter((line) => line.includes(`/${id}`)),
  ])
}

function there(here: Sys, path: string): readonly string[] {
  return statIfThere(here, path) === undefined ? [] : [path]
}

export const life: readonly Promised[] = [
  { name: 'ends with the status of its program', keep: (ground) => ground.expect('exit 7', (config) => config, 7) },
  {
    name: 'ends as its program does when a signal is sent',
    keep: (ground) =>
      ground.beside(`trap 'exit 42' TERM; ${WAITS}`, (container) => {
        // The shell has set its trap once it has a child.
        container.expect(until('[ "$(cat /proc/1/task/1/children)" ]'))
        container.signal('TERM')
        container.ends(42)
      }),
  },
  {
    name: 'takes further processes, which see its own, and whose status is given',
    keep: (ground) =>
      ground.beside(`: >${MARK}; ${WAITS}`, (container) => {
        // A file that is nowhere but in the root of this container.
        container.expect(until(`[ -e ${MARK} ]`))
        container.expect('[ $$ != 1 ] && [ "$(cat /proc/sys/kernel/hostname)" = bunc ] && kill -0 1')
        container.expect('exit 9', 9)
      }),
  },
  {
    name: 'leaves no state, no cgroup and no mount behind',
    keep: (ground) => {
      const left = traces(ground)
      if (left.length > 0) throw new Failure(`there is still ${left.join(', ')}`)
    },
  },
]

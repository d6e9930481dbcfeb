// `bunc list`.

import type { Sys } from '#ffi/call.ts'
import { list } from '#src/container/list.ts'
import { readTextIfThere, statIfThere } from '#src/files.ts'
import type { Verb } from '../verb.ts'
import { renderTable } from '../table-output.ts'

/** Prints all containers: a table as runc's, JSON on one line, or the names alone. */
export const listVerb: Verb<'list'> = ({ kernel, store, print, warn }, { options }) => {
  const containers = list(kernel, store, warn)
  if (options.quiet) print(containers.map(({ id }) => `${id}\n`).join(''))
  else if (options.format === 'json') print(`${containers.length === 0 ? 'null' : JSON.stringify(containers)}\n`)
  else
    print(
      renderTable([
        HEADER,
        ...containers.map((container) => row(container, ownerOf(kernel.here, store, container.id))),
      ]),
    )
  return 0
}

/** The name of the user whom a container's state directory belongs to, or the number where it has no name. */
function ownerOf(here: Sys, store: string, id: string): string {
  const uid = String(statIfThere(here, `${store}/${id}`)?.uid ?? '')
  const line = (readTextIfThere(here, '/etc/passwd') ?? '').split('\n').find((entry) => entry.split(':')[2] === uid)
  return line?.split(':')[0] ?? uid
}

const HEADER = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER']

function row(container: ReturnType<typeof list>[number], owner: string): string[] {
  const { id, pid, status, bundle, created } = container
  return [id, String(pid), status, bundle, created, owner]
}

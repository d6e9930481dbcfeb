// `bunc list`.

import type { Sys } from '#ffi/call.ts'
import { list } from '#src/container/list.ts'
import { readTextIfThere, statIfThere } from '#src/files.ts'
import { printable } from '#src/output.ts'
import type { Tone } from '#src/paint.ts'
import { type Column, table } from '../table-output.ts'
import { shownJson, surfaceOf } from '../terminal.ts'
import type { Verb } from '../verb.ts'

/** Prints all containers: a table as runc's, JSON on one line, or the names alone. */
export const listVerb: Verb<'list'> = ({ kernel, store, print, warn }, { options }) => {
  const containers = list(kernel, store, warn)
  const { here } = kernel
  if (options.quiet) print(containers.map(({ id }) => `${printable(id)}\n`).join(''))
  else if (options.format === 'json')
    print(shownJson(here, `${containers.length === 0 ? 'null' : JSON.stringify(containers)}\n`))
  else {
    const rows = containers.map((container) => row(container, ownerOf(here, store, container.id)))
    print(table(surfaceOf(here, 'stdout'), COLUMNS, rows))
  }
  return 0
}

/** The name of the user whom a container's state directory belongs to, or the number where it has no name. */
function ownerOf(here: Sys, store: string, id: string): string {
  const uid = String(statIfThere(here, `${store}/${id}`)?.uid ?? '')
  const line = (readTextIfThere(here, '/etc/passwd') ?? '').split('\n').find((entry) => entry.split(':')[2] === uid)
  return line?.split(':')[0] ?? uid
}

const TONES: Readonly<Record<string, Tone>> = { running: 'good', paused: 'doubtful', stopped: 'aside' }

/** Whoever needs what a narrow terminal has no room for finds it in the JSON. */
const COLUMNS: readonly Column[] = [
  { title: 'ID' },
  { title: 'PID' },
  { title: 'STATUS', tone: (status) => TONES[status] },
  { title: 'BUNDLE', least: 12 },
  { title: 'CREATED', least: 11 },
  { title: 'OWNER', least: 8 },
]

function row(container: ReturnType<typeof list>[number], owner: string): string[] {
  const { id, pid, status, bundle, created } = container
  return [id, String(pid), status, bundle, created, owner]
}

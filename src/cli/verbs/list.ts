// `bunc list`.

import { list } from '#src/container/list.ts'
import type { Verb } from '../verb.ts'
import { renderTable } from '../table-output.ts'

/** Prints all containers: a table as runc's, JSON on one line, or the names alone. */
export const listVerb: Verb<'list'> = ({ kernel, store, print, warn }, { options }) => {
  const containers = list(kernel, store, warn)
  if (options.quiet) print(containers.map(({ id }) => `${id}\n`).join(''))
  else if (options.format === 'json') print(`${containers.length === 0 ? 'null' : JSON.stringify(containers)}\n`)
  else print(renderTable([HEADER, ...containers.map(row)]))
  return 0
}

const HEADER = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER']

function row(container: ReturnType<typeof list>[number]): string[] {
  const { id, pid, status, bundle, created, owner } = container
  return [id, String(pid), status, bundle, created, owner]
}

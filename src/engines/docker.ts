// daemon.json of Docker: JSON, of which everything that is not ours stays as it is.

import type { KnownRuntime } from './engines.ts'
import { isTable, parseJsonTable, tableAt } from './parsed.ts'

/** Takes the text of daemon.json, gives the runtimes in it. */
export function dockerRuntimes(text: string): readonly KnownRuntime[] {
  return Object.entries(tableAt(parseJsonTable(text), 'runtimes')).flatMap(([name, runtime]) => {
    const path = isTable(runtime) ? runtime['path'] : undefined
    return typeof path === 'string' ? [{ name, path }] : []
  })
}

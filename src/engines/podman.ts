// containers.conf of Podman (containers.conf(5)): `[engine.runtimes]` names runtimes, each with the places to look for it.

import type { KnownRuntime } from './engines.ts'
import { parseToml, tableAt } from './parsed.ts'

/** Takes the text of containers.conf, gives the runtimes in it: one entry for each place. */
export function podmanRuntimes(text: string): readonly KnownRuntime[] {
  return Object.entries(tableAt(parseToml(text), 'engine', 'runtimes')).flatMap(([name, places]) =>
    (Array.isArray(places) ? places : []).flatMap((path) => (typeof path === 'string' ? [{ name, path }] : [])),
  )
}

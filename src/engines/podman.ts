// containers.conf of Podman (containers.conf(5)): `[engine.runtimes]` names runtimes, each with the places to look for it.

import { otherThan } from './docker.ts'
import type { Settings } from './engines.ts'
import { tableAt, withoutEmpty, withValue } from './parsed.ts'
import { parseToml, rewriteToml } from './toml.ts'

const DEFAULT = ['engine', 'runtime'] as const

export const podman: Settings = {
  parse: parseToml,
  rewrite: rewriteToml,
  runtimes: (table) =>
    Object.entries(tableAt(table, 'engine', 'runtimes')).flatMap(([name, places]) =>
      (Array.isArray(places) ? places : []).flatMap((path) => (typeof path === 'string' ? [{ name, path }] : [])),
    ),
  register: (table, { name, path, isDefault }) => {
    const registered = withValue(table, ['engine', 'runtimes', name], [path])
    return isDefault ? withValue(registered, DEFAULT, name) : registered
  },
  unregister: (table, name, before) => {
    const without = withValue(table, ['engine', 'runtimes', name], undefined)
    const restored =
      tableAt(table, 'engine')['runtime'] === name
        ? withValue(without, DEFAULT, otherThan(name, tableAt(before, 'engine')['runtime']))
        : without
    return withoutEmpty(restored, ['engine', 'runtimes'])
  },
  notes: () => [],
}

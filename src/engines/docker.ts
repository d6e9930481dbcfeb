// daemon.json of Docker (dockerd(8), "Daemon configuration file").

import type { Settings } from './engines.ts'
import { isTable, parseJson, rewriteJson, tableAt, withoutEmpty, withValue } from './parsed.ts'

const DEFAULT = 'default-runtime'

export const docker: Settings = {
  parse: parseJson,
  rewrite: rewriteJson,
  runtimes: (table) =>
    Object.entries(tableAt(table, 'runtimes')).flatMap(([name, runtime]) => {
      const path = isTable(runtime) ? runtime['path'] : undefined
      return typeof path === 'string' ? [{ name, path }] : []
    }),
  register: (table, { name, path, isDefault }) => {
    const own = { ...tableAt(table, 'runtimes', name), path }
    const registered = withValue(table, ['runtimes', name], own)
    return isDefault ? withValue(registered, [DEFAULT], name) : registered
  },
  unregister: (table, name, before) => {
    const without = withoutEmpty(withValue(table, ['runtimes', name], undefined), ['runtimes'])
    return table[DEFAULT] === name ? withValue(without, [DEFAULT], otherThan(name, before[DEFAULT])) : without
  },
  notes: () => [],
}

/** What was the default before, unless it was this one. */
export function otherThan(name: string, before: unknown): unknown {
  return before === name ? undefined : before
}

// config.toml of containerd: runtimes are tables of the CRI plugin, which has had three names.

import { otherThan } from './docker.ts'
import type { Settings } from './engines.ts'
import { isTable, type Table, tableAt, withoutEmpty, withValue } from './parsed.ts'
import { parseToml, rewriteToml } from './toml.ts'

/** The CRI plugin by the version of the file: containerd 1.0, 1.3 and 2.0 began with them. */
const PLUGINS: { readonly [version: number]: string } = {
  1: 'cri',
  2: 'io.containerd.grpc.v1.cri',
  3: 'io.containerd.cri.v1.runtime',
}
const RUNTIME_TYPE = 'io.containerd.runc.v2'
const DEFAULT = 'default_runtime_name'

/** The keys that lead to the plugin's table. A file without a version is of the first; an empty one shall be of the second. */
function placeIn(table: Table): readonly string[] {
  const version = table['version'] ?? (Object.keys(table).length === 0 ? 2 : 1)
  return ['plugins', PLUGINS[Number(version)] ?? String(PLUGINS[2]), 'containerd']
}

export const containerd: Settings = {
  parse: parseToml,
  rewrite: rewriteToml,
  runtimes: (table) =>
    Object.values(PLUGINS).flatMap((plugin) =>
      Object.entries(tableAt(table, 'plugins', plugin, 'containerd', 'runtimes')).flatMap(([name, runtime]) => {
        const path = isTable(runtime) ? tableAt(runtime, 'options')['BinaryName'] : undefined
        return typeof path === 'string' ? [{ name, path }] : []
      }),
    ),
  register: (table, { name, path, isDefault }) => {
    const place = placeIn(table)
    const runc = tableAt(table, ...place, 'runtimes', 'runc')
    const own = tableAt(table, ...place, 'runtimes', name)
    // All pods of a node have cgroups by the same driver. The other options are about files of runc.
    const systemd = tableAt(runc, 'options')['SystemdCgroup'] === true ? { SystemdCgroup: true } : {}
    const options = { ...systemd, ...tableAt(own, 'options'), BinaryName: path }
    const versioned = Object.keys(table).length === 0 ? { version: 2 } : table
    // A list that is written replaces the one that is built in, and with it runc.
    const withRunc =
      Object.keys(runc).length > 0
        ? versioned
        : withValue(versioned, [...place, 'runtimes', 'runc'], { runtime_type: RUNTIME_TYPE })
    const entry = { runtime_type: RUNTIME_TYPE, ...own, options }
    const registered = withValue(withRunc, [...place, 'runtimes', name], entry)
    return isDefault ? withValue(registered, [...place, DEFAULT], name) : registered
  },
  unregister: (table, name, before) => {
    const place = placeIn(table)
    const runtimes = [...place, 'runtimes']
    const gone = withValue(table, [...runtimes, name], undefined)
    const addedRunc = Object.keys(tableAt(before, ...runtimes, 'runc')).length === 0
    const isOurs = Bun.deepEquals(tableAt(gone, ...runtimes), { runc: { runtime_type: RUNTIME_TYPE } })
    const without = addedRunc && isOurs ? withValue(gone, [...runtimes, 'runc'], undefined) : gone
    const { [DEFAULT]: current } = tableAt(table, ...place)
    const restored =
      current === name
        ? withValue(without, [...place, DEFAULT], otherThan(name, tableAt(before, ...place)[DEFAULT]))
        : without
    return withoutEmpty(restored, runtimes)
  },
  notes: ({ disabled_plugins: disabled }) =>
    Array.isArray(disabled) && disabled.some((name) => String(name).endsWith('cri'))
      ? ['the CRI plugin is named in disabled_plugins: no runtime of this file is used until it is taken out there']
      : [],
}

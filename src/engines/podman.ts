// containers.conf of Podman (containers.conf(5)): `[engine.runtimes]` names runtimes, each with the places to look for it.

import { otherThan } from './docker.ts'
import type { Settings } from './engines.ts'
import { type Table, tableAt, withoutEmpty, withValue } from './parsed.ts'
import { parseToml, rewriteToml } from './toml.ts'

const DEFAULT = ['engine', 'runtime'] as const

/**
 * Lists of runtimes by what they can do, as Podman has them built in: a list that is written replaces that. The first is of
 * those that log errors as JSON. Without a place in the second, "podman run --cgroups=disabled" is refused; containers.conf(5)
 * calls it runtime_supports_nocgroups, but Podman reads this name.
 */
const ABLE: Readonly<Record<string, readonly string[]>> = {
  runtime_supports_json: ['crun', 'runc', 'kata', 'runsc', 'youki', 'krun', 'ocijail'],
  runtime_supports_nocgroup: ['crun', 'krun'],
}

function withAble(table: Table, name: string): Table {
  return Object.entries(ABLE).reduce((changed, [key, builtIn]) => {
    const { [key]: own } = tableAt(table, 'engine')
    const names: readonly unknown[] = Array.isArray(own) ? own : builtIn
    return names.includes(name) ? changed : withValue(changed, ['engine', key], [...names, name])
  }, table)
}

/** A list that nobody else has written, or changed, goes. */
function withoutAble(table: Table, name: string, before: Table): Table {
  return Object.entries(ABLE).reduce((changed, [key, builtIn]) => {
    const { [key]: own } = tableAt(table, 'engine')
    if (!Array.isArray(own) || !own.includes(name)) return changed
    const names = own.filter((one) => one !== name)
    const isOurs = tableAt(before, 'engine')[key] === undefined && Bun.deepEquals(names, builtIn)
    return withValue(changed, ['engine', key], isOurs ? undefined : names)
  }, table)
}

export const podman: Settings = {
  parse: parseToml,
  rewrite: rewriteToml,
  runtimes: (table) =>
    Object.entries(tableAt(table, 'engine', 'runtimes')).flatMap(([name, places]) =>
      (Array.isArray(places) ? places : []).flatMap((path) => (typeof path === 'string' ? [{ name, path }] : [])),
    ),
  register: (table, { name, path, isDefault }) => {
    const registered = withValue(withAble(table, name), ['engine', 'runtimes', name], [path])
    return isDefault ? withValue(registered, DEFAULT, name) : registered
  },
  unregister: (table, name, before) => {
    const without = withValue(withoutAble(table, name, before), ['engine', 'runtimes', name], undefined)
    const restored =
      tableAt(table, 'engine')['runtime'] === name
        ? withValue(without, DEFAULT, otherThan(name, tableAt(before, 'engine')['runtime']))
        : without
    return withoutEmpty(restored, ['engine', 'runtimes'])
  },
  notes: () => [],
}

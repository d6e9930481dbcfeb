// config.toml of containerd: runtimes are tables of the CRI plugin, which has had three names.

import type { KnownRuntime } from './engines.ts'
import { isTable, parseToml, tableAt } from './parsed.ts'

/** The CRI plugin by the version of the file (containerd 1.x before 1.3, 1.x, and 2.x). */
export const PLUGINS = { 1: 'cri', 2: 'io.containerd.grpc.v1.cri', 3: 'io.containerd.cri.v1.runtime' } as const

/** Takes the text of config.toml, gives the runtimes in it that name a binary. */
export function containerdRuntimes(text: string): readonly KnownRuntime[] {
  const table = parseToml(text)
  return Object.values(PLUGINS).flatMap((plugin) =>
    Object.entries(tableAt(table, 'plugins', plugin, 'containerd', 'runtimes')).flatMap(([name, runtime]) => {
      const path = isTable(runtime) ? tableAt(runtime, 'options')['BinaryName'] : undefined
      return typeof path === 'string' ? [{ name, path }] : []
    }),
  )
}

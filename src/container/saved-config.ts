// The copy of the config that `create` has kept: what a container was made from, whatever has become of its bundle.

import type { Sys } from '#ffi/call.ts'
import { readConfig } from '#src/config/config.ts'
import type { Config } from '#src/config/schema/config.ts'
import { readText } from '#src/files.ts'
import { CONFIG_FILE } from './state.ts'

/** Whoever reads it: passed to those who need it only if there are hooks, so that they need not bring a reader along. */
export type SavedConfig = typeof savedConfig

/** Reads a container's config from its state directory. */
export function savedConfig(sys: Sys, directory: string): Config {
  return readConfig(readText(sys, `${directory}/${CONFIG_FILE}`))
}

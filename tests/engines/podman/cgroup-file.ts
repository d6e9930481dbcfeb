// A file of a cgroup, wherever this host keeps it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { unifiedCgroups } from '#tests/support/runtime.ts'

/** The value, trimmed, of the file `v1` in the hierarchy of `controller`, or of `v2` where there is one hierarchy only. */
export function cgroupFile(path: string, controller: string, v1: string, v2: string): string {
  const place = unifiedCgroups ? [path, v2] : [controller, path, v1]
  return readFileSync(join('/sys/fs/cgroup', ...place), 'utf8').trim()
}

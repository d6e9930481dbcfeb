// The link by which BuildKit, inside dockerd, finds its runtime.
import { join } from 'node:path'

import { docBlock } from '../doc-block.ts'
import { buncPath } from '../programs.ts'

/** Makes, below `parent`, the link by which BuildKit finds its runtime, as docs/docker.md says; gives its directory. */
export function linkForBuildKit(parent: string): string {
  const dir = join(parent, 'programs')
  const script = docBlock('docker.md', 'sh', 'ln -s').replaceAll('/usr/local/lib/bunc', dir)
  const made = Bun.spawnSync(['sh', '-ec', script.replaceAll('/usr/local/bin/bunc', buncPath)], { timeout: 5_000 })
  if (!made.success) throw new Error(`Cannot follow docs/docker.md: ${made.stderr}`)
  return dir
}

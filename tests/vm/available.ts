// Whether machines can be booted here, in the words that a skipped test prints. Boots nothing and builds nothing.
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

import { lacks } from '#tests/support/needs.ts'
import { imagePath } from './cache.ts'
import { archive } from './image/debian.ts'
import type { Arch } from './machine.ts'

/** What starts the machines of an architecture. */
const STARTED_BY = { x86_64: ['qemu-system-x86_64'], aarch64: ['qemu-system-aarch64'] } as const
/** What builds their image. */
const BUILT_BY = ['mmdebstrap', 'mke2fs', 'depmod', 'xz'] as const
const ALSO_BUILT_BY = { x86_64: ['strip'], aarch64: [] } as const

/**
 * Why this host cannot boot a machine.
 * @param arch the machine's architecture
 * @returns the reason, as in "the user is not root"; undefined where it can
 */
export function whyNoMachine(arch: Arch): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the host is not an x86_64 Linux'
  if (process.getuid?.() !== 0) return 'the user is not root'
  if (!Bun.spawnSync(['unshare', '--mount', '--pid', '--fork', '--mount-proc', 'true']).success) {
    return 'mount and pid namespaces are refused'
  }
  const built = existsSync(imagePath(arch))
  const lacking = lacks([...STARTED_BY[arch], ...(built ? [] : [...BUILT_BY, ...ALSO_BUILT_BY[arch]])])
  if (built || lacking !== undefined) return lacking
  const from = archive()
  if (from === undefined) return 'there is no image, and no Debian archive to build one from'
  return reaches(from) ? undefined : `there is no image, and ${from} cannot be reached to build one`
}

/** By apt's own downloader, which knows the host's proxy settings. */
function reaches(from: string): boolean {
  const index = `${from}/dists/stable/InRelease`
  const file = `${tmpdir()}/bunc-test-vm-probe.${process.pid}`
  const download = ['/usr/lib/apt/apt-helper', '-o', 'Acquire::Retries=1', 'download-file', index, file]
  const { success } = Bun.spawnSync(download, { timeout: 30_000 })
  rmSync(file, { force: true })
  return success
}

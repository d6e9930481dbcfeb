// The recipes: the ordered steps that turn Debian packages into what a machine boots from. Each step says on standard
// error how long it took. Knows nothing about the cache that images live in.
import { rm } from 'node:fs/promises'
import type { Arch } from '../machine.ts'
import { tool } from '../tool.ts'
import { makeRoot, type Root } from './debian.ts'
import { makeDisk } from './disk.ts'
import { addAccounts, addGuest, addSystemd } from './guest.ts'
import { addCloudKernel, addUmlKernel } from './kernel.ts'
import { PACKAGES_AARCH64, PACKAGES_X86_64 } from './packages.ts'

/**
 * Makes an image: `root.ext4`, `kernel`, `initrd`, and on x86_64 also `uml`.
 * @param arch the machine's architecture
 * @param image an empty directory to make it in
 */
export async function cook(arch: Arch, image: string) {
  const report = stopwatch(arch)
  const root: Root = { directory: `${image}/root`, architecture: arch === 'x86_64' ? 'amd64' : 'arm64' }
  if (arch === 'x86_64') {
    await makeRoot(root, 'essential', PACKAGES_X86_64)
    report('packages')
    report(`User-mode Linux of ${await addUmlKernel(image, root)}`)
    await addSystemd(root)
    // A user with subordinate ids, for rootless containers.
    await tool(['chroot', root.directory, 'useradd', '--create-home', '--uid', '1000', '--shell', '/bin/sh', 'tester'])
  } else {
    await makeRoot(root, 'extract', PACKAGES_AARCH64)
    await addAccounts(root)
    report('packages')
  }
  await addCloudKernel(image, root)
  report('cloud kernel')
  await addGuest(root)
  await makeDisk(root.directory, `${image}/root.ext4`, arch === 'x86_64' ? 2048 : 512)
  await rm(root.directory, { recursive: true })
  report('disk')
}

function stopwatch(subject: string): (step: string) => void {
  const start = performance.now()
  return (step) => console.error(`vm: ${subject}: ${((performance.now() - start) / 1000).toFixed(1)} s: ${step}`)
}

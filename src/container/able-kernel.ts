// What a kernel must be able to do before a container is made of it. Asked of the kernel itself and not of its version:
// distributions take calls back to older ones, and sandboxes take them away.

import { type Sys, tolerating } from '#ffi/call.ts'
import { probeMountSetattr } from '#ffi/calls/mount.ts'
import { pidfdOpen } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import { decorated, type Kernel } from '#ffi/perform/kernel.ts'

/**
 * Takes a kernel, gives the one to make a container with: before Linux 5.12, one that changes mounts by mount(2). Throws
 * the SyscallError of what cannot be done without.
 */
export async function ableKernel(kernel: Kernel): Promise<Kernel> {
  const { here } = kernel
  const able = doing('make containers on this kernel', () => {
    // No other call needs it before there is a container, which without it could neither be started nor deleted.
    here(tolerating(pidfdOpen(0), 'EINVAL'))
    return hasMountSetattr(here)
  })
  if (able) return kernel
  const { remounting } = await import('#ffi/perform/remounting.ts')
  return decorated(kernel, remounting)
}

function hasMountSetattr(here: Sys): boolean {
  try {
    here(tolerating(probeMountSetattr(), 'EINVAL', 'EPERM'))
    return true
  } catch (error) {
    if (!failedWith(error, 'ENOSYS')) throw error
    return false
  }
}

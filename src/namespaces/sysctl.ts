// Kernel parameters of a container: written through a private, detached procfs, so that nothing an image or another
// container has mounted over /proc is in between (CVE-2025-52881).

import type { TaskSys } from '#ffi/call.ts'
import { openat2, put } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'

/** Takes the name of a parameter, as sysctl(8) takes it (dots, or slashes), gives its path below /proc/sys. */
export function sysctlPath(name: string): string {
  const slash = name.indexOf('/')
  const dot = name.indexOf('.')
  // The separator that comes first is the separator: an interface's name may contain the other one.
  return slash >= 0 && (dot < 0 || slash < dot) ? name : name.replaceAll(/[./]/g, (c) => (c === '.' ? '/' : '.'))
}

/** Sets the parameters. `procfs` is a detached procfs mount of the task's own namespaces. */
export function setSysctls(task: TaskSys, procfs: Fd, sysctl: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(sysctl))
    doing(`set linux.sysctl["${name}"] to "${value}"`, () => {
      const resolve = ['NO_SYMLINKS', 'NO_MAGICLINKS', 'BENEATH', 'NO_XDEV'] as const
      using file = task(openat2(procfs, `sys/${sysctlPath(name)}`, { flags: ['WRONLY'], resolve }))
      task(put(file, value))
    })
}

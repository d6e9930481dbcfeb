// The namespaces, each made once by a task that ends at once.

import { geteuid } from '#ffi/calls/credentials.ts'
import { type BirthFlag, unshare } from '#ffi/calls/namespace.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { failedWith } from '#ffi/error.ts'
import { NAMESPACE_TYPES, type NamespaceType } from '#src/config/schema/namespaces.ts'
import { NAMESPACE_FILES, NAMESPACE_FLAGS } from '#src/namespaces/plan.ts'
import { writeValue } from '#src/files.ts'
import { type Probe, tried } from '../verdict.ts'

/** The option of the kernel's build for each. */
const BUILD = {
  pid: 'CONFIG_PID_NS',
  network: 'CONFIG_NET_NS',
  mount: 'CONFIG_NAMESPACES',
  ipc: 'CONFIG_IPC_NS',
  uts: 'CONFIG_UTS_NS',
  user: 'CONFIG_USER_NS',
  cgroup: 'CONFIG_CGROUPS',
  time: 'CONFIG_TIME_NS (Linux 5.6)',
} as const satisfies { readonly [type in NamespaceType]: string }

/** Makes one of each. */
export const namespacesProbe: Probe = ({ kernel }) =>
  NAMESPACE_TYPES.map((type) => {
    let mend: string | undefined
    const subject = `${type} namespace`
    const verdict = tried({ subject, needed: type === 'mount' }, () => {
      try {
        makeNamespace(kernel, type)
      } catch (error) {
        if (failedWith(error, 'EINVAL', 'ENOSYS')) mend = `a kernel with ${BUILD[type]}`
        if (failedWith(error, 'ENOSPC')) mend = `sysctl -w user.max_${NAMESPACE_FILES[type]}_namespaces=31231`
        throw error
      }
    })
    return mend === undefined ? verdict : { ...verdict, mend }
  })

/** Makes a namespace in a task that ends with it. Throws the SyscallError of what is refused. */
export function makeNamespace(kernel: Kernel, type: NamespaceType): void {
  const flag = NAMESPACE_FLAGS[type]
  if (isBirthFlag(flag)) {
    using task = kernel.task({ namespaces: [flag] })
    task.sys.flush()
    return
  }
  using task = kernel.task({ namespaces: [] })
  task.sys(unshare([flag]))
  task.sys.flush()
  // One whose ids cannot be mapped is of no use.
  if (type === 'user') writeValue(kernel.here, `/proc/${task.pid}/uid_map`, `0 ${kernel.here(geteuid())} 1`)
}

/** A task executes something, and loses the privileges of a user namespace that it was born into; see plan.ts. */
function isBirthFlag(flag: string): flag is Exclude<BirthFlag, 'NEWUSER'> {
  return ['NEWNS', 'NEWUTS', 'NEWIPC', 'NEWPID', 'NEWNET', 'NEWCGROUP'].includes(flag)
}

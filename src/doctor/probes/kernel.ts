// The kernel, what bunc may ask of it, and the calls that are newer than the oldest kernels in use.

import { geteuid } from '#ffi/calls/credentials.ts'
import { openat2 } from '#ffi/calls/file.ts'
import { mountSetattr, openTree } from '#ffi/calls/mount.ts'
import { getpid, pidfdOpen } from '#ffi/calls/process.ts'
import { CAPABILITY } from '#ffi/numbers/capability.ts'
import type { Kernel } from '#ffi/perform/kernel.ts'
import { readText } from '#src/files.ts'
import { type Probe, tried, type Verdict, works } from '../verdict.ts'
import { makeNamespace } from './namespaces.ts'

/** Without these no container can be made. */
const NEEDED = ['CAP_SYS_ADMIN', 'CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SYS_CHROOT', 'CAP_KILL'] as const
/** And these some containers ask for. */
const WANTED = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_MKNOD', 'CAP_NET_ADMIN', 'CAP_SYS_RESOURCE'] as const

const OLD = 'boot Linux 5.10 or newer'

const subject = 'privilege'

/** Looks at the kernel. */
export const kernelProbe: Probe = ({ kernel }) => {
  const { here } = kernel
  return [
    works('kernel', `Linux ${readText(here, '/proc/sys/kernel/osrelease').trim()}`),
    privilege(kernel),
    tried({ subject: 'openat2', mend: OLD, needed: true }, () => {
      using top = here(openat2('cwd', '/', { flags: ['PATH'], resolve: ['IN_ROOT'] }))
      void top
    }),
    tried({ subject: 'pidfd', mend: OLD, needed: true }, () => {
      using self = here(pidfdOpen(here(getpid())))
      void self
    }),
    // Without it mounts are changed by mount(2): see src/container/able-kernel.ts.
    tried({ subject: 'mount_setattr', mend: 'boot Linux 5.12 or newer', otherwise: 'limited' }, () => {
      using task = kernel.task({ namespaces: ['NEWNS'] })
      using tree = task.sys(openTree('cwd', '/proc', ['CLONE']))
      task.sys(mountSetattr(tree, 'this', { set: ['RDONLY'] }))
      task.sys.flush()
    }),
  ]
}

/** An ordinary user is root in a user namespace, where the host lets users make some, and nobody anywhere else. */
function privilegeOf(user: number, kernel: Kernel): Verdict {
  const alone = tried({ subject, needed: true }, () => makeNamespace(kernel, 'user'))
  const mend = 'sudo'
  if (alone.verdict !== 'works') return { ...alone, why: `bunc runs as user ${user}, and needs root`, mend }
  const why = `bunc runs as user ${user}: only containers with a user namespace can run`
  return { subject, verdict: 'limited', why, mend, ownUsers: true }
}

/** Root, with the capabilities that root mostly has: a container on the way to a container has fewer. */
function privilege(kernel: Kernel): Verdict {
  const { here } = kernel
  const user = here(geteuid())
  if (user !== 0) return privilegeOf(user, kernel)
  const set = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(readText(here, '/proc/self/status'))?.[1] ?? '0'}`)
  const lacking = (names: readonly (keyof typeof CAPABILITY)[]) =>
    names.filter((name) => (set & (1n << BigInt(CAPABILITY[name]))) === 0n)
  const missing = lacking(NEEDED)
  const lost = [...missing, ...lacking(WANTED)]
  if (lost.length === 0) return works(subject, 'root')
  return {
    subject,
    verdict: missing.length > 0 ? 'missing' : 'limited',
    why: `root without ${lost.join(', ')}`,
    mend: 'where this is a container: give it these capabilities (docker run --privileged)',
    needed: missing.length > 0,
  }
}

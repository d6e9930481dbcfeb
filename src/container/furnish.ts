// Drives the task that becomes the container, from its birth to the batch in which it waits for `start`. `furnish` is the
// order of things: read it top to bottom, each line says why it stands where it stands.

import { tolerating } from '#ffi/call.ts'
import { setCloseOnExec } from '#ffi/calls/descriptor.ts'
import { umask } from '#ffi/calls/credentials.ts'
import { setsid } from '#ffi/calls/process.ts'
import { setdomainname, sethostname } from '#ffi/calls/namespace.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Child, Task } from '#ffi/perform/kernel.ts'
import { inherited } from '#ffi/perform/here.ts'
import { bearInto, birthPlace, entrance } from '#src/cgroups/birth.ts'
import { joinResctrl, makeResctrl, type ResctrlRecord } from '#src/cgroups/resctrl.ts'
import { becomeTerminal } from '#src/console/pty.ts'
import { enterCgroupNamespace, enterNamespaces } from '#src/namespaces/enter.ts'
import { moveNetDevices } from '#src/namespaces/net-devices.ts'
import { privateProcfs } from '#src/namespaces/procfs.ts'
import { setSysctls } from '#src/namespaces/sysctl.ts'
import { newKeyring } from '#src/security/keyring.ts'
import { withKeyLabel } from '#src/security/selinux.ts'
import { identify } from './identify.ts'
import { withKernelWords } from './kernel-words.ts'
import { setFromOutside, setOomScore } from './from-outside.ts'
import { furnishRoot } from './furnish-root.ts'
import { letGo } from './last-batch.ts'
import { replaceNullStdio, verifyNull } from './null-stdio.ts'
import { adoptTask, type Site } from './site.ts'

/** A task that has all it needs. `become` lets it go: it then waits for `start`. */
export interface Furnished {
  readonly task: Task
  /** The resctrl groups that it is in, if its config has any. */
  readonly resctrl: ResctrlRecord | undefined
  /** The outer end of its terminal, ours. */
  readonly master: Fd | undefined
  become(): Child
}

/** Makes the task and everything around it. Throws a SyscallError or a Failure. */
export function furnish(site: Site): Furnished {
  const { kernel } = site
  const task = site.undo.use(bear(site))
  // Before it does anything that counts.
  adoptTask(site, task.pid)
  try {
    return furnishTask(site, task)
  } catch (error) {
    throw withKernelWords(kernel.here, task, error)
  }
}

function furnishTask(site: Site, task: Task): Furnished {
  const { kernel, config, process, plan, joins, options } = site
  const maps = { uids: config.linux.uidMappings, gids: config.linux.gidMappings }
  // While it is bunc's own child in every respect: of another user's, bunc could not open the file.
  if (process.oomScoreAdj !== undefined) setOomScore(kernel, task.pid, process.oomScoreAdj)
  enterNamespaces(kernel, task, { plan, joins, maps, offsets: config.linux.timeOffsets })
  moveNetDevices(kernel, task, config.linux.netDevices, { undo: site.undo, warn: options.warn })
  // Its pid stays from here on.
  const resctrl = joinNewResctrl(site, task.pid)
  // Its root is the cgroup that the task is in now.
  enterCgroupNamespace(task, plan)
  // prlimit(2) compares ids: as long as the task has not changed its own.
  setFromOutside(site, task)

  const { sys } = task
  // Modes of files are meant as they are written; the process gets its own mask at the end.
  sys(umask(0))
  // In the final pid namespace, and before the host's /proc is out of sight.
  const procfs = privateProcfs(sys, plan)
  if (!options.noNewKeyring) withKeyLabel(sys, procfs, process.selinuxLabel, () => newKeyring(sys, options.id))
  const pty = furnishRoot(site, task)
  if (config.hostname !== '') doing('set the host name', () => sys(sethostname(config.hostname)))
  if (config.domainname !== '') doing('set the domain name', () => sys(setdomainname(config.domainname)))
  // After the namespaces that own the parameters; by our own procfs, whatever the container's shows.
  setSysctls(sys, procfs, config.linux.sysctl)
  // A session of its own: no terminal of the caller's can signal it.
  sys(setsid())
  const ownNull = pty === undefined && plan.makes('mount') ? replaceNullStdio(kernel.here, task) : undefined
  if (pty !== undefined) becomeTerminal(sys, pty.terminal, process.user.uid)
  // From here on the task has no privilege that the process does not have.
  const identified = identify({ kernel, process, linux: config.linux, userNamespace: site.userNamespace }, task, procfs)
  verifyNull(ownNull)
  return { task, resctrl, master: pty?.master, become: () => letGo(site, task, { procfs, ...identified }) }
}

/** Makes the resctrl groups that the config has, with a process in them. */
export function joinNewResctrl({ kernel, config, options, undo }: Site, pid: number): ResctrlRecord | undefined {
  const { intelRdt } = config.linux
  if (intelRdt === undefined) return undefined
  const record = makeResctrl(kernel.here, intelRdt, options.id, undo)
  joinResctrl(kernel.here, record, pid)
  return record
}

/** The task, in the namespaces that it can be born into, with the descriptors that it will need. */
function bear({ kernel, plan, joins, mapped, fifo, extraTree, cgroup, options }: Site): Task {
  const preserved = Array.from({ length: options.preserveFds }, (_, i) => inherited(3 + i, `preserved ${3 + i}`))
  // systemd starts no unit without a process: what it makes is not there yet.
  const there = cgroup.unit === undefined ? cgroup : { ...cgroup, hierarchies: [] }
  using place = birthPlace(kernel.here, there)
  using walk = entrance(kernel.here, there)
  return doing('make the first process', () =>
    bearInto(kernel.here, there, () =>
      kernel.task({
        namespaces: plan.born,
        ...(place === undefined ? {} : { cgroup: place }),
        // What bunc's caller left open is not for the container: Bun has closed the others to it, but not this one.
        calls: [...walk.calls, tolerating(setCloseOnExec(inherited(3, 'caller 3'), ['FD_CLOEXEC']), 'EBADF')],
        inherit: [
          fifo,
          ...(extraTree === undefined ? [] : [extraTree]),
          ...joins.map(({ fd }) => fd),
          ...mapped.values(),
          ...preserved,
        ],
      }),
    ),
  )
}

// Who the container's process is: groups, ids, capabilities, privileges. The order is the kernel's: what needs a
// privilege comes before what takes it away.

import type { TaskSys } from '#ffi/call.ts'
import {
  capset,
  clearAmbient,
  dropBounding,
  keepCapabilities,
  raiseAmbient,
  setgroups,
  setNoNewPrivileges,
  setresgid,
  setresuid,
} from '#ffi/calls/credentials.ts'
import { setDumpable, setParentDeathSignal } from '#ffi/calls/process.ts'
import { doing } from '#ffi/context.ts'
import { type Capability, CAPABILITY } from '#ffi/numbers/capability.ts'
import type { LinuxCapabilities, User } from '#src/config/schema/process.ts'

/** The five sets, of capabilities that this kernel knows. */
export interface Capabilities {
  readonly bounding: readonly Capability[]
  readonly effective: readonly Capability[]
  readonly inheritable: readonly Capability[]
  readonly permitted: readonly Capability[]
  readonly ambient: readonly Capability[]
}

/** Takes the sets of a config, gives those capabilities that Linux has. The specification wants others ignored. */
export function knownCapabilities(sets: LinuxCapabilities): Capabilities {
  const known = (names: readonly string[]) => names.filter(isCapability)
  return {
    bounding: known(sets.bounding),
    effective: known(sets.effective),
    inheritable: known(sets.inheritable),
    permitted: known(sets.permitted),
    ambient: known(sets.ambient),
  }
}

/** Gives those that Linux does not have, each once. The specification wants a warning of them. */
export function unknownCapabilities(sets: LinuxCapabilities): readonly string[] {
  const { bounding, effective, inheritable, permitted, ambient } = sets
  const names = [...bounding, ...effective, ...inheritable, ...permitted, ...ambient]
  return [...new Set(names.filter((name) => !isCapability(name)))]
}

function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITY, name)
}

/** What a task becomes. */
export interface Identity {
  readonly user: User
  readonly capabilities: Capabilities
  readonly noNewPrivileges: boolean
  /** Capabilities that bunc knows and the running kernel has: all of them are dropped unless they are kept. */
  readonly kernelCapabilities: readonly Capability[]
  /** Whether supplementary groups may be set: not in a user namespace that denies setgroups(2). */
  readonly setsGroups: boolean
  /** Whether CAP_SYS_ADMIN stays until `dropLast`: a seccomp filter without no_new_privs needs it. */
  readonly keepsAdmin: boolean
}

/** Gives a task its identity, except what `dropLast` takes away. */
export function assume(sys: TaskSys, identity: Identity): void {
  const { user, capabilities, kernelCapabilities } = identity
  doing('set the capabilities', () => {
    for (const name of kernelCapabilities) if (!capabilities.bounding.includes(name)) sys(dropBounding(name))
  })
  doing(`become user ${user.uid}:${user.gid}`, () => {
    if (identity.setsGroups) sys(setgroups([...new Set(user.additionalGids)]))
    sys(setresgid(user.gid, user.gid, user.gid))
    // Else the kernel would empty the permitted set of who ceases to be root.
    sys(keepCapabilities(1))
    sys(setresuid(user.uid, user.uid, user.uid))
    sys(keepCapabilities(0))
  })
  doing('set the capabilities', () => {
    const admin = identity.keepsAdmin ? (['CAP_SYS_ADMIN'] as const) : []
    const { effective, permitted, inheritable, ambient } = capabilities
    sys(
      capset({
        effective: [...new Set([...effective, ...admin])],
        permitted: [...new Set([...permitted, ...admin])],
        inheritable,
      }),
    )
    sys(clearAmbient())
    // The kernel has no ambient capability that is not permitted and inheritable too (capabilities(7)); configs do, as
    // older versions of `runc spec` wrote them.
    for (const name of ambient) if (inheritable.includes(name) && permitted.includes(name)) sys(raiseAmbient(name))
  })
  if (identity.noNewPrivileges) sys(setNoNewPrivileges())
  // A change of ids makes the kernel forget the first and, for what it thinks is no setuid program, set the second.
  sys(setParentDeathSignal('SIGKILL'))
  sys(setDumpable(0))
}

/** Takes away what `assume` kept for the seccomp filter. */
export function dropLast(sys: TaskSys, { capabilities, keepsAdmin }: Identity): void {
  if (!keepsAdmin) return
  const { effective, permitted, inheritable } = capabilities
  sys(capset({ effective, permitted, inheritable }))
}

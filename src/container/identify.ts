// Turns a task, in its root, into the user that the process will run as, and finds what that user is to execute.

import { tolerating } from '#ffi/call.ts'
import { umask } from '#ffi/calls/credentials.ts'
import { openat } from '#ffi/calls/file.ts'
import { chdir, getcwd } from '#ffi/calls/namespace.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { CAPABILITY, type Capability } from '#ffi/numbers/capability.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import type { Process } from '#src/config/schema/process.ts'
import type { Linux } from '#src/config/schema/linux.ts'
import { Failure } from '#src/failure.ts'
import { AT_ONCE, readText, readTextIfThere } from '#src/files.ts'
import { findExecutable } from '#src/process/executable.ts'
import { readPasswd, valueOf, withHome, withoutDuplicates } from '#src/process/env.ts'
import { assume, type Identity, knownCapabilities } from '#src/process/identity.ts'
import type { Execution } from '#src/process/release.ts'
import { setDomain, setPriorities } from '#src/process/scheduling.ts'
import { setApparmorProfile } from '#src/security/apparmor.ts'
import { setProcessLabel } from '#src/security/selinux.ts'

/** What is known of a process before it runs. */
export interface Identified {
  readonly identity: Identity
  readonly execution: Execution
}

const DEFAULT_UMASK = 0o022

/** What to identify: the process, and what of the config belongs to it. */
export interface Whom {
  readonly kernel: Kernel
  readonly process: Process
  readonly linux: Linux
  /** Whether it runs in a user namespace, its own or bunc's. */
  readonly userNamespace: boolean
}

/**
 * Gives a task the identity of a process: environment, working directory, user, capabilities, LSM profile. `procfs` is
 * open in the task. Throws a Failure when there is nothing to execute.
 */
export function identify(whom: Whom, task: Task, procfs: Fd | undefined): Identified {
  const { kernel, process, linux } = whom
  const { sys } = task
  const env = environment(task, process)
  const identity = identityOf(whom, task.pid)
  if (procfs !== undefined) {
    setApparmorProfile(kernel.here, sys, procfs, process.apparmorProfile)
    setProcessLabel(sys, procfs, process.selinuxLabel)
  }
  setDomain(sys, linux)
  // Late: a task that the kernel seldom runs is slow to furnish. Before it belongs to a user whom bunc has no power over.
  setPriorities(kernel.here, task.pid, process)
  enterCwd(task, process.cwd)
  assume(sys, identity)
  sys(umask(process.user.umask ?? DEFAULT_UMASK))
  const path = foundFrom(task, process.cwd, () => findExecutable(sys, process.args[0] ?? '', valueOf(env, 'PATH')))
  return { identity, execution: { path, args: process.args, env } }
}

/** Looks for the program from where the process has to be. Where it is, is asked along with that. */
function foundFrom({ sys }: Task, cwd: string, find: () => string): string {
  const at = doing(entering(cwd), () => sys.later(getcwd()))
  const found = attempted(find)
  return isEntered(sys, cwd, at()) ? found() : find()
}

/** Does something, gives what gives the result, or throws the Failure that came of it. */
function attempted<R>(act: () => R): () => R {
  try {
    const value = act()
    return () => value
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return () => {
      throw error
    }
  }
}

function environment(task: Task, process: Process): string[] {
  return withHome(withoutDuplicates(process.env), process.user.uid, () => {
    using root = task.sys(openat('cwd', '/', ['PATH', 'DIRECTORY']))
    return readPasswd(task.sys, root)
  })
}

const entering = (cwd: string) => `enter the working directory "${cwd}"`

/** Before the change of user, who may not be allowed to pass; where root may not either (NFS), once more after it. */
function enterCwd({ sys }: Task, cwd: string): void {
  doing(entering(cwd), () => sys(tolerating(chdir(cwd), 'EACCES', 'EPERM')))
}

/**
 * The process must be where it should be, and inside: a directory of the host has no path here (CVE-2024-21626). Takes where
 * it is; gives whether it was there already.
 */
function isEntered(sys: Task['sys'], cwd: string, at: string): boolean {
  return doing(entering(cwd), () => {
    const there = at !== '/' || cwd === '/'
    if (!there) sys(chdir(cwd))
    const path = there ? at : sys(getcwd())
    if (!path.startsWith('/')) throw new Failure('it lies outside of the container')
    return there
  })
}

/** Takes a process, gives what a task must become for it. */
function identityOf({ kernel: { here }, process, linux, userNamespace }: Whom, pid: number): Identity {
  const last = Number(readText(here, '/proc/sys/kernel/cap_last_cap', AT_ONCE))
  const known = Object.entries(CAPABILITY).filter(([, number]) => number <= last)
  const kernelCapabilities = known.map(([name]) => name).filter((name): name is Capability => name in CAPABILITY)
  return {
    user: process.user,
    capabilities: knownCapabilities(process.capabilities),
    noNewPrivileges: process.noNewPrivileges,
    kernelCapabilities,
    setsGroups: !userNamespace || readTextIfThere(here, `/proc/${pid}/setgroups`)?.trim() !== 'deny',
    keepsAdmin: linux.seccomp !== undefined && !process.noNewPrivileges,
  }
}

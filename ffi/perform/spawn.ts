// Makes a process: clone3(2) in machine code, then a batch of calls that the child makes on the way to its execveat.
// The parent sleeps until then (CLONE_VFORK) and the two share memory (CLONE_VM): nothing is copied, and it does not
// matter how large bunc is.

import { Arena, ARENA_SIZE } from '../arena.ts'
import { type Call, type Sys, tolerating, type Where } from '../call.ts'
import { defaultAction, EVERY_SIGNAL, pidfdSendSignal, setSignalMask, signalMask } from '../calls/signal.ts'
import { callersMask, closedStdio } from './caller.ts'
import { dupTo } from '../calls/descriptor.ts'
import { openat } from '../calls/file.ts'
import { waitPidfd } from '../calls/process.ts'
import { SyscallError } from '../error.ts'
import type { Fd } from '../fd.ts'
import type { Birth, Child } from './kernel.ts'
import { mapLow } from '../libc.ts'
import { SIGNAL } from '../numbers/signal.ts'
import { adopted, here } from './here.ts'
import { struct } from '../struct.ts'
import { CLONE_NEW } from '../numbers/clone.ts'
import { native } from '../executor/native.ts'

const CLONE_VM = 0x100
const CLONE_VFORK = 0x4000
const CLONE_PIDFD = 0x1000
const CLONE_INTO_CGROUP = 2 ** 33

const CLONE_ARGS = struct({
  flags: 'u64',
  pidfd: 'u64',
  child_tid: 'u64',
  parent_tid: 'u64',
  exit_signal: 'u64',
  stack: 'u64',
  stack_size: 'u64',
  tls: 'u64',
  set_tid: 'u64',
  set_tid_size: 'u64',
  cgroup: 'u64',
})

let cradle: Arena | undefined

/** Memory for the child's batch, made when first needed. */
function prepared(): Arena {
  cradle ??= new Arena(mapLow(ARENA_SIZE))
  return cradle
}

/**
 * Makes a process. Takes what it begins with, gives it once its execveat has succeeded. Throws the SyscallError of the
 * clone3, or of the first of its calls that failed; then there is no process.
 */
export function spawn(birth: Birth): Child {
  const arena = prepared()
  const flags = birth.namespaces.reduce((sum, name) => sum + CLONE_NEW[name], CLONE_VM + CLONE_VFORK + CLONE_PIDFD)
  arena.reset()
  const pidfd = arena.room(8)
  const cloneArgs = arena.structure(CLONE_ARGS, {
    flags: flags + (birth.cgroup === undefined ? 0 : CLONE_INTO_CGROUP),
    pidfd,
    exit_signal: SIGNAL.SIGCHLD,
    cgroup: birth.cgroup?.number ?? 0,
  })
  using nothing = closedStdio().length === 0 ? undefined : here(openat('cwd', '/dev/null', ['RDWR']))
  const calls = [...asCalled(nothing), ...birth.calls]
  for (const call of calls) arena.add(call, () => undefined)
  arena.seal()

  // A handler that ran in the child would run on the memory of the parent.
  const mask = here(signalMask('SETMASK', EVERY_SIGNAL))
  const pid = native.spawn(cloneArgs, CLONE_ARGS.size, arena.request, arena.reply)
  here(signalMask('SETMASK', mask))
  if (pid < 0) throw cloneFailed(birth, -pid)
  const child = {
    pid,
    pidfd: adopted(
      arena.read({ offset: pidfd - arena.reply, size: 4, counted: false }, 0).getInt32(0, true),
      `process ${pid}`,
    ),
  }
  // The batch comes back only when its execveat, or a call before it, has failed.
  const failed = calls[arena.done - 1]
  if (failed === undefined) return child
  using pidfdOfDead = child.pidfd
  here(waitPidfd(pidfdOfDead, ['EXITED']))
  const errno = -arena.result(arena.done - 1)
  throw new SyscallError({ syscall: failed.name, call: failed.show(), errno, where: `new process ${pid}` })
}

/**
 * The calls that undo what Bun and bunc have changed of what their caller had set. `nothing` is the null device, which
 * takes the place of closed stdio.
 */
function asCalled(nothing: Fd | undefined): Call<void, Where>[] {
  return [
    // execve(2) keeps ignored signals ignored, and Bun ignores these two.
    defaultAction('SIGPIPE'),
    defaultAction('SIGXFSZ'),
    setSignalMask(callersMask()),
    ...(nothing === undefined ? [] : closedStdio().map((number) => dupTo(nothing, number))),
  ]
}

/** Ends a child of this process and reaps it; one that was reaped already is no error. */
export function endChild(sys: Sys, pidfd: Fd): void {
  sys(tolerating(pidfdSendSignal(pidfd, SIGNAL.SIGKILL), 'ESRCH'))
  sys(tolerating(waitPidfd(pidfd, ['EXITED']), 'ECHILD'))
}

function cloneFailed(birth: Birth, errno: number): SyscallError {
  const flags = [...birth.namespaces.map((name) => `CLONE_${name}`), ...(birth.cgroup ? ['CLONE_INTO_CGROUP'] : [])]
  return new SyscallError({ syscall: 'clone3', call: `clone3(${flags.join('|')})`, errno, where: 'here' })
}

// The terminal of a container: allocated from the container's own devpts, by the task, in its namespaces. The other end
// comes out as a descriptor, never by a path that somebody could have swapped (CVE-2025-52565).

import type { TaskSys } from '#ffi/call.ts'
import { dupTo } from '#ffi/calls/descriptor.ts'
import { fchown, fstatfs, MAGIC, openat2 } from '#ffi/calls/file.ts'
import { pidfdGetfd } from '#ffi/calls/process.ts'
import { openPtyPeer, setControllingTerminal, setTerminalSize, type TerminalSize, unlockPty } from '#ffi/calls/tty.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import type { Kernel, Task } from '#ffi/perform/kernel.ts'
import { Failure } from '#src/failure.ts'

/** A pty of a task: its end inside, still the task's, and its end outside, ours. */
export interface Pty {
  /** The terminal, the task's. */
  readonly terminal: Fd
  /** Who writes here types; ours. */
  readonly master: Fd
}

/** Allocates a terminal. Takes the task and the container's root, open in it, with its devpts mounted. */
export function allocatePty(kernel: Kernel, task: Task, root: Fd, size: TerminalSize | undefined): Pty {
  return doing('allocate a terminal', () => {
    const { sys } = task
    using ptmx = sys(openat2(root, '/dev/pts/ptmx', { flags: ['RDWR', 'NOCTTY'], resolve: ['IN_ROOT'] }))
    if (sys(fstatfs(ptmx)).magic !== MAGIC.devpts) throw new Failure('/dev/pts of the container is no devpts')
    sys(unlockPty(ptmx))
    const terminal = sys(openPtyPeer(ptmx))
    const master = kernel.here(pidfdGetfd(task.pidfd, ptmx.number))
    if (size !== undefined) kernel.here(setTerminalSize(master, size))
    return { terminal, master }
  })
}

/** Makes the terminal what a process starts with, the controlling one of its session and its stdio. */
export function becomeTerminal(sys: TaskSys, terminal: Fd, uid: number): void {
  sys(setControllingTerminal(terminal))
  // The group is left as devpts has set it (gid=5, tty).
  sys(fchown(terminal, uid, UNCHANGED))
  for (const number of [0, 1, 2]) sys(dupTo(terminal, number))
}

/** (gid_t) −1: chown(2) leaves it as it is. */
const UNCHANGED = 0xffff_ffff

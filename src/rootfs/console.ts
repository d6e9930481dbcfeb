// /dev/console of a container: its terminal, by descriptor (CVE-2025-52565).

import type { Sys } from '#ffi/call.ts'
import type { Fd } from '#ffi/fd.ts'
import { attach, copyOf } from './attach.ts'
import { fileInRoot } from './resolve.ts'

/** Mounts a terminal, open in the task, on /dev/console of the root. */
export function bindConsole(task: Sys, root: Fd, terminal: Fd): void {
  using target = fileInRoot(task, root, '/dev/console')
  using mount = copyOf(task, terminal)
  attach(task, mount, target)
}

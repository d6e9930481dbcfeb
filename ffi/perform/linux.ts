// Linux itself: the kernel that really performs.

import { dupTo, setCloseOnExec } from '../calls/descriptor.ts'
import { execveat } from '../calls/process.ts'
import type { Fd } from '../fd.ts'
import { here } from './here.ts'
import type { Kernel } from './kernel.ts'
import { spawn } from './spawn.ts'
import { LiveTask } from './task.ts'

/** dup3(2) of a descriptor to its own number is EINVAL; there it is only to be inherited. */
const become = (fd: Fd, number: number) => (fd.number === number ? setCloseOnExec(fd, []) : dupTo(fd, number))

/** Linux itself. */
export const linux: Kernel = {
  here,
  task: (birth) => new LiveTask(birth),
  start: ({ path, args, env, stdio }) =>
    spawn({
      namespaces: [],
      calls: [...stdio.map(become), execveat('cwd', path, args, env)],
    }),
}

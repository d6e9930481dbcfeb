// Run by task.test.ts as a process of its own: makes a task, prints its pid, and is killed.

import { getpid } from '#ffi/calls/process.ts'
import { linux } from '#ffi/perform/linux.ts'

using task = linux.task({ namespaces: [] })
task.sys(getpid())
console.log(task.pid)
await Bun.sleep(60_000)

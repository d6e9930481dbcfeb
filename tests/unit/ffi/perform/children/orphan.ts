// Run by task.test.ts as a process of its own: makes a task, which forks if it is told "forked", prints its pid, and is
// killed.

import { getpid } from '#ffi/calls/process.ts'
import { linux } from '#ffi/perform/linux.ts'

using task = linux.task({ namespaces: [] })
task.sys(getpid())
// From here on it asks for nothing: what a task has after a fork, it has from the fork.
if (Bun.argv.includes('forked')) task.fork()
console.log(task.pid)
await Bun.sleep(60_000)

// Run by caller.test.ts as a process of its own: has a program say what its stdin and stderr are.

import { waitPidfd } from '#ffi/calls/process.ts'
import { closedStdio } from '#ffi/perform/caller.ts'
import { spawn } from '#ffi/perform/spawn.ts'
import { execveat } from '#ffi/calls/process.ts'
import { here } from '#ffi/perform/here.ts'
import { print } from '#src/output.ts'

print(here, `closed: ${closedStdio().join(' ')}\n`)
const script = 'for n in 0 1 2; do echo "$n $(readlink /proc/$$/fd/$n)"; done'
using pidfd = spawn({
  namespaces: [],
  calls: [execveat('cwd', '/bin/sh', ['sh', '-c', script], ['PATH=/bin:/usr/bin'])],
}).pidfd
here(waitPidfd(pidfd, ['EXITED']))

// Run by catch.test.ts as a process of its own: catches signals, prints "ready" and then the number of each, and ends at
// SIGTERM. It waits in poll(2), which a signal interrupts.

import { poll } from '#ffi/calls/descriptor.ts'
import { read } from '#ffi/calls/file.ts'
import { catchSignals } from '#ffi/perform/catch.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { here } from '#ffi/perform/here.ts'
import { print } from '#src/output.ts'

const caught = catchSignals(['SIGHUP', 'SIGUSR1', 'SIGTERM'])
print(here, 'ready\n')
for (let number = 0; number !== SIGNAL.SIGTERM;) {
  here(poll([{ fd: caught, for: ['IN'] }], -1))
  number = here(read(caught, 1))[0] ?? 0
  print(here, `${number}\n`)
}

// What a command in the foreground does first of all.

import { catchForwarded } from '#src/console/foreground.ts'

/** Catches the signals that are meant for a process which is about to be made: from now on none of them is lost. */
export function holdSignals(): void {
  catchForwarded()
}

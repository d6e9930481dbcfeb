// The command table: every command that this program offers, in the order in which help shows them.
// Parser, help, completion and man page are derived from it, and nothing else lists a command or a flag.
// A command is offered when it works: the rows of commands/ that are not named here belong to commands to come,
// and one line each brings them in.

import { checkpoint } from './commands/checkpoint.ts'
import { create } from './commands/create.ts'
import { remove } from './commands/delete.ts'
import { completion, man } from './commands/documents.ts'
import { doctor } from './commands/doctor.ts'
import { events } from './commands/events.ts'
import { exec } from './commands/exec.ts'
import { explain } from './commands/explain.ts'
import { features } from './commands/features.ts'
import { globalOptions } from './commands/global.ts'
import { install } from './commands/install.ts'
import { kill } from './commands/kill.ts'
import { list } from './commands/list.ts'
import { mounts } from './commands/mounts.ts'
import { pause, resume } from './commands/pause.ts'
import { ps } from './commands/ps.ts'
import { restore } from './commands/restore.ts'
import { run } from './commands/run.ts'
import { selftest } from './commands/selftest.ts'
import { spec } from './commands/spec.ts'
import { start } from './commands/start.ts'
import { state } from './commands/state.ts'
import { tryOut } from './commands/try.ts'
import { update } from './commands/update.ts'
import { validate } from './commands/validate.ts'
import type { Program } from './grammar.ts'

export const program = {
  name: 'bunc',
  text: 'Make and run containers from OCI bundles',
  options: globalOptions,
  commands: {
    create,
    start,
    run,
    kill,
    delete: remove,
    exec,
    state,
    checkpoint,
    restore,
    list,
    ps,
    events,
    pause,
    resume,
    update,
    mounts,
    spec,
    features,
    doctor,
    selftest,
    install,
    explain,
    validate,
    try: tryOut,
    completion,
    man,
  },
} as const satisfies Program

/** The names of the commands that are offered. */
export type CommandName = keyof typeof program.commands

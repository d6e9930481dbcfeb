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
import { snapshot } from './commands/snapshot.ts'
import { spec } from './commands/spec.ts'
import { start } from './commands/start.ts'
import { state } from './commands/state.ts'
import { tryOut } from './commands/try.ts'
import { update } from './commands/update.ts'
import { validate } from './commands/validate.ts'
import type { Program } from './grammar.ts'

/** A row is made when it is looked at: a command needs its own, and all of them have a thousand properties. */
export const program = {
  name: 'bunc',
  text: 'Make and run containers from OCI bundles',
  options: globalOptions,
  commands: {
    get create() {
      return create()
    },
    get start() {
      return start()
    },
    get run() {
      return run()
    },
    get kill() {
      return kill()
    },
    get delete() {
      return remove()
    },
    get exec() {
      return exec()
    },
    get state() {
      return state()
    },
    get checkpoint() {
      return checkpoint()
    },
    get restore() {
      return restore()
    },
    get list() {
      return list()
    },
    get ps() {
      return ps()
    },
    get events() {
      return events()
    },
    get pause() {
      return pause()
    },
    get resume() {
      return resume()
    },
    get update() {
      return update()
    },
    get mounts() {
      return mounts()
    },
    get spec() {
      return spec()
    },
    get features() {
      return features()
    },
    get doctor() {
      return doctor()
    },
    get selftest() {
      return selftest()
    },
    get snapshot() {
      return snapshot()
    },
    get install() {
      return install()
    },
    get explain() {
      return explain()
    },
    get validate() {
      return validate()
    },
    get try() {
      return tryOut()
    },
    get completion() {
      return completion()
    },
    get man() {
      return man()
    },
  },
} as const satisfies Program

/** The names of the commands that are offered. */
export type CommandName = keyof typeof program.commands

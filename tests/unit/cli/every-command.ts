// The command table as it will be when every command of commands/ is offered: the rows of commands to come are held to
// the same tests as those that are offered today.

import { program } from '#src/cli/commands.ts'
import { checkpoint } from '#src/cli/commands/checkpoint.ts'
import { completion, man } from '#src/cli/commands/documents.ts'
import { restore } from '#src/cli/commands/restore.ts'
import type { Program } from '#src/cli/grammar.ts'

export const everyCommand = {
  ...program,
  commands: {
    ...program.commands,
    checkpoint,
    restore,
    completion,
    man,
  },
} as const satisfies Program

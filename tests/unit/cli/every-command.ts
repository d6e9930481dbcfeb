// The command table as it will be when every command of commands/ is offered: the rows of commands to come are held to
// the same tests as those that are offered today.

import { program } from '#src/cli/commands.ts'
import { doctor } from '#src/cli/commands/doctor.ts'
import { completion, man } from '#src/cli/commands/documents.ts'
import { install } from '#src/cli/commands/install.ts'
import { selftest } from '#src/cli/commands/selftest.ts'
import { validate } from '#src/cli/commands/validate.ts'
import type { Program } from '#src/cli/grammar.ts'

export const everyCommand = {
  ...program,
  commands: {
    ...program.commands,
    doctor,
    selftest,
    validate,
    install,
    completion,
    man,
  },
} as const satisfies Program

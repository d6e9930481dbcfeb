// `bunc try`: its row of the command table. Flags end at the first operand: what follows is the command to be tried.

import type { Command } from '../grammar.ts'

export const tryOut = () =>
  ({
    group: 'host',
    text: "Run a command on a throw-away copy of this host's root",
    about: 'Everything that the command writes is discarded when it ends. Needs no image and no config.json.',
    operands: {
      args: {
        kind: 'list',
        value: 'COMMAND',
        optional: true,
        text: 'program and its arguments, a shell where there are none',
      },
    },
    options: {},
    stopEarly: true,
    examples: ['try', 'try -- make install'],
  }) as const satisfies Command

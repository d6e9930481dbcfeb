// `bunc delete`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container, regex } from './common.ts'

export const remove = () =>
  ({
    group: 'life',
    text: 'Remove a stopped container and all that it holds',
    operands: { container },
    options: {
      force: { kind: 'flag', short: 'f', text: 'kill the container first; one that does not exist is no error' },
      regex,
    },
    examples: ['delete web', 'delete --force web'],
    also: ['rm', 'remove', 'destroy'],
  }) as const satisfies Command

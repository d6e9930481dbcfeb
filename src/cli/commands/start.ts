// `bunc start`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const start = () =>
  ({
    group: 'life',
    text: 'Start the process of a created container',
    operands: { container },
    options: {},
    examples: ['start web'],
  }) as const satisfies Command

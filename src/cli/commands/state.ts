// `bunc state`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const state = () =>
  ({
    group: 'look',
    text: 'Show the state of a container as JSON',
    operands: { container },
    options: {},
    examples: ['state web'],
    also: ['inspect', 'status'],
  }) as const satisfies Command

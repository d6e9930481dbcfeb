// `bunc features`: its row of the command table.

import type { Command } from '../grammar.ts'

export const features = () =>
  ({
    group: 'host',
    text: 'Show what this runtime can do as JSON',
    operands: {},
    options: {},
    examples: ['features'],
    also: ['info', 'capabilities'],
  }) as const satisfies Command

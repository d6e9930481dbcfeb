// `bunc selftest`: its row of the command table.

import type { Command } from '../grammar.ts'

export const selftest = {
  group: 'host',
  text: 'Make real containers and report in TAP whether they behave',
  operands: {},
  options: {},
  examples: ['selftest'],
  also: ['test'],
} as const satisfies Command

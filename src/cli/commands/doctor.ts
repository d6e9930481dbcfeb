// `bunc doctor`: its row of the command table.

import type { Command } from '../grammar.ts'

export const doctor = {
  group: 'host',
  text: 'Say what this host can do, what it lacks and how to mend it',
  operands: {},
  options: {},
  examples: ['doctor'],
  also: ['check', 'check-config'],
} as const satisfies Command

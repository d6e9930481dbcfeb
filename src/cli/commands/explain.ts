// `bunc explain`: its row of the command table.

import type { Command } from '../grammar.ts'

export const explain = {
  group: 'look',
  text: 'Show which system calls "create" would make, and why',
  operands: { bundle: { kind: 'text', value: 'BUNDLE', text: 'directory of the bundle' } },
  options: {},
  examples: ['explain /srv/web'],
} as const satisfies Command

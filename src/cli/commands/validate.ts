// `bunc validate`: its row of the command table.

import type { Command } from '../grammar.ts'

export const validate = {
  group: 'look',
  text: 'Show all problems of the config.json of a bundle',
  operands: { bundle: { kind: 'text', value: 'BUNDLE', text: 'directory of the bundle' } },
  options: {},
  examples: ['validate /srv/web'],
  also: ['lint'],
} as const satisfies Command

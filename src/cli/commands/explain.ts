// `bunc explain`: its row of the command table.

import type { Command } from '../grammar.ts'
import { json } from './common.ts'

export const explain = {
  group: 'look',
  text: 'Show which system calls "create" would make, and why',
  about:
    'Nothing is made: the calls are written down. Each stands below the step that it is a part of, with the line of config.json that asks for the step. The exit code is 1 where "create" would fail.',
  operands: { bundle: { kind: 'text', value: 'BUNDLE', text: 'directory of the bundle' } },
  options: { json },
  examples: ['explain /srv/web', 'explain --json /srv/web'],
} as const satisfies Command

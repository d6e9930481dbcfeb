// `bunc events`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const events = () =>
  ({
    group: 'look',
    text: 'Show use of resources and out-of-memory events as JSON lines',
    operands: { container },
    options: {
      interval: { kind: 'duration', value: 'TIME', default: '5s', text: 'time between two lines' },
      stats: { kind: 'flag', text: 'show one line and stop' },
    },
    examples: ['events --interval 1s web', 'events --stats web'],
    also: ['stats'],
  }) as const satisfies Command

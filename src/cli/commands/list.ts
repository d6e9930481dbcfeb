// `bunc list`: its row of the command table.

import type { Command } from '../grammar.ts'
import { format } from './common.ts'

export const list = () =>
  ({
    group: 'look',
    text: 'List the containers of this state directory',
    operands: {},
    options: { format, quiet: { kind: 'flag', short: 'q', text: 'show names only' } },
    examples: ['list', 'list --format json'],
    also: ['ls'],
  }) as const satisfies Command

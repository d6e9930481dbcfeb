// `bunc pause` and `bunc resume`: their rows of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const pause = () =>
  ({
    group: 'limits',
    text: 'Freeze all processes of a container',
    operands: { container },
    options: {},
    examples: ['pause web'],
    also: ['freeze', 'suspend'],
  }) as const satisfies Command

export const resume = () =>
  ({
    group: 'limits',
    text: 'Let a paused container go on',
    operands: { container },
    options: {},
    examples: ['resume web'],
    also: ['unpause', 'thaw', 'continue'],
  }) as const satisfies Command

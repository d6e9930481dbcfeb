// `bunc ps`: its row of the command table. Flags end at CONTAINER: what follows goes to ps(1).

import type { Command } from '../grammar.ts'
import { container, format } from './common.ts'

export const ps = () =>
  ({
    group: 'look',
    text: 'Show the processes of a container',
    operands: {
      container,
      args: { kind: 'list', value: 'ARGUMENT', optional: true, text: 'arguments for ps, "-ef" where there are none' },
    },
    options: { format },
    stopEarly: true,
    examples: ['ps web', 'ps --format json web', 'ps web -o pid,args'],
    also: ['top'],
  }) as const satisfies Command

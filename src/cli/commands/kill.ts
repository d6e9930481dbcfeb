// `bunc kill`: its row of the command table. What follows CONTAINER is never read as a flag, so that the
// signal may be spelled "-9" as kill(1) has it.

import type { Command } from '../grammar.ts'
import { container, regex } from './common.ts'

export const kill = () =>
  ({
    group: 'life',
    text: 'Send a signal to the process of a container',
    about: 'SIGNAL is a number or a name, with or without "SIG", in any case.',
    operands: {
      container,
      signal: {
        kind: 'signal',
        value: 'SIGNAL',
        optional: true,
        default: 'TERM',
        text: 'name or number of the signal',
      },
    },
    options: {
      all: {
        kind: 'flag',
        short: 'a',
        text: 'signal every process of the container; one that has stopped is no error',
      },
      regex,
    },
    stopEarly: true,
    examples: ['kill web', 'kill web KILL', 'kill --all web 9'],
    also: ['stop', 'signal'],
  }) as const satisfies Command

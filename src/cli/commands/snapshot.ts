// `bunc snapshot`: its row of the command table.

import type { Command } from '../grammar.ts'

export const snapshot = () =>
  ({
    group: 'host',
    text: 'Make bunc start in a fraction of the time on this host',
    about:
      'The executable starts, loads what its frequent commands need, does them with containers for practice, and goes to sleep. Its memory is appended to it, and from then on it begins as a copy of that. The copy holds the C library of this host, and is for processors like this one; on others it starts as before. Run it again when the C library was mended.',
    operands: {},
    options: { output: { kind: 'text', short: 'o', value: 'FILE', text: 'write this file instead of the executable' } },
    examples: ['snapshot', 'snapshot --output /opt/bunc'],
  }) as const satisfies Command

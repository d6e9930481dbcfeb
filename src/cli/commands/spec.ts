// `bunc spec`: its row of the command table.

import type { Command } from '../grammar.ts'
import { bundle } from './common.ts'

export const spec = () =>
  ({
    group: 'host',
    text: 'Write a config.json to begin with',
    operands: {},
    options: {
      bundle,
      file: { kind: 'text', short: 'f', value: 'FILE', text: 'write this file instead of config.json' },
      rootless: { kind: 'flag', text: 'for a container that an unprivileged user runs' },
    },
    examples: ['spec --bundle /srv/web', 'spec --rootless'],
    also: ['generate'],
  }) as const satisfies Command

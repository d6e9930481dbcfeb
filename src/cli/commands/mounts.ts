// `bunc mounts`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const mounts = () =>
  ({
    group: 'inside',
    text: 'Add mounts to a running container, or remove them',
    about:
      'FILE holds an object with "mounts", as config.json does, or that array alone. Sources are paths of the host. ' +
      'To remove mounts their destinations are enough. The container sees the change at once.',
    operands: {
      action: { kind: 'text', value: 'ACTION', choices: ['add', 'remove'], text: 'what is to be done' },
      container,
      file: {
        kind: 'text',
        value: 'FILE',
        text: 'JSON file with a "mounts" array of the specification; "-" for stdin',
      },
    },
    options: {},
    examples: ['mounts add web mounts.json'],
  }) as const satisfies Command

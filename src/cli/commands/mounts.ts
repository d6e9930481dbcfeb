// `bunc mounts`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const mounts = {
  group: 'inside',
  text: 'Add mounts to a running container, or remove them',
  operands: {
    action: { kind: 'text', value: 'ACTION', choices: ['add', 'remove'], text: 'what is to be done' },
    container,
    file: { kind: 'text', value: 'FILE', text: 'JSON file with a "mounts" array of the specification' },
  },
  options: {},
  examples: ['mounts add web mounts.json'],
} as const satisfies Command

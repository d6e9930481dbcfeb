// `bunc install`: its row of the command table.

import type { Command } from '../grammar.ts'

export const install = {
  group: 'host',
  text: 'Make this runtime known to a container engine',
  operands: {
    engine: {
      kind: 'text',
      value: 'ENGINE',
      choices: ['docker', 'containerd', 'podman'],
      text: 'whose settings are changed',
    },
  },
  options: { undo: { kind: 'flag', text: 'take the change back' } },
  examples: ['install docker', 'install --undo docker'],
  also: ['setup', 'register'],
} as const satisfies Command

// `bunc install`: its row of the command table.

import type { Command } from '../grammar.ts'

export const install = {
  group: 'host',
  text: 'Make this runtime known to a container engine',
  about:
    'Changes the settings of the engine and nothing else in them; what they were is kept beside them. A second time changes nothing. The engine is not reloaded: the command says how.',
  operands: {
    engine: {
      kind: 'text',
      value: 'ENGINE',
      choices: ['docker', 'containerd', 'podman'],
      text: 'whose settings are changed',
    },
  },
  options: {
    default: { kind: 'flag', text: 'for containers that choose no runtime, too' },
    uninstall: { kind: 'flag', text: 'take the change back' },
    'dry-run': { kind: 'flag', text: 'only show what would be changed' },
    config: { kind: 'text', value: 'FILE', text: "change this file instead of the engine's own" },
    binary: { kind: 'text', value: 'FILE', text: 'name this program instead of the one that runs' },
  },
  examples: ['install docker', 'install --default --dry-run containerd', 'install --uninstall docker'],
  also: ['setup', 'register'],
} as const satisfies Command

// `bunc install`: its row of the command table.

import type { Command } from '../grammar.ts'

export const install = () =>
  ({
    group: 'host',
    text: 'Make this runtime known to a container engine',
    about:
      'Changes the settings of the engine and nothing else in them; what they were is kept beside them. Then the engine, if it runs, is made to read them, and to run a container as a proof. A second time changes nothing, and proves it again.',
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
      'no-reload': { kind: 'flag', text: 'leave the engine alone, and only say how it is made to read the settings' },
      'dry-run': { kind: 'flag', text: 'only show what would be changed' },
      config: {
        kind: 'text',
        value: 'FILE',
        text: "change this file instead of the engine's own, which the engine is then not told of",
      },
      binary: { kind: 'text', value: 'FILE', text: 'name this program instead of the one that runs' },
    },
    examples: ['install docker', 'install --default --dry-run containerd', 'install --uninstall docker'],
    also: ['setup', 'register'],
  }) as const satisfies Command

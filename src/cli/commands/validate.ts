// `bunc validate`: its row of the command table.

import type { Command } from '../grammar.ts'
import { json } from './common.ts'

export const validate = () =>
  ({
    group: 'look',
    text: 'Show all problems of the config.json of a bundle',
    about:
      'Errors are what "create" would refuse on this host; a warning changes nothing about the exit code, which is 1 where there are errors. Nothing is made.',
    operands: {
      bundle: {
        kind: 'text',
        value: 'BUNDLE',
        text: 'directory of the bundle, or "-": a config.json on standard input',
      },
    },
    options: { json },
    examples: ['validate /srv/web', 'validate -'],
    also: ['lint'],
  }) as const satisfies Command

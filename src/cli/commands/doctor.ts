// `bunc doctor`: its row of the command table.

import type { Command } from '../grammar.ts'
import { json } from './common.ts'

export const doctor = () =>
  ({
    group: 'host',
    text: 'Say what this host can do, what it lacks and how to mend it',
    about:
      'Most of it is tried, in processes and cgroups that are gone when the command ends. The exit code is 1 where no container can run.',
    operands: {},
    options: { json },
    examples: ['doctor', 'doctor --json'],
    also: ['check', 'check-config'],
  }) as const satisfies Command

// `bunc explain`: its row of the command table. Flags end at BUNDLE: an argument of a system call may be negative.

import type { Command } from '../grammar.ts'
import { json } from './common.ts'

export const explain = () =>
  ({
    group: 'look',
    text: 'Show which system calls "create" would make, and why',
    about:
      'Nothing is made: the calls are written down. Each stands below the step that it is a part of, with the line of ' +
      'config.json that asks for the step. The exit code is 1 where "create" would fail. With --seccomp: what the seccomp ' +
      'profile of the bundle does with a call, on every architecture of this machine, and which part of config.json says ' +
      'so. Arguments are numbers, decimal or with 0x; those that are left out are 0.',
    operands: {
      bundle: { kind: 'text', value: 'BUNDLE', text: 'directory of the bundle' },
      syscall: {
        kind: 'text',
        value: 'SYSCALL',
        optional: true,
        text: 'name or number of a system call, for --seccomp',
      },
      args: { kind: 'list', value: 'ARGUMENT', optional: true, text: 'arguments of the call, six at most' },
    },
    options: {
      seccomp: { kind: 'flag', text: 'explain what the seccomp profile does with SYSCALL' },
      json,
    },
    stopEarly: true,
    examples: ['explain /srv/web', 'explain --json /srv/web', 'explain --seccomp /srv/web clone 0x7e020000'],
  }) as const satisfies Command

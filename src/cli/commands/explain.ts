// `bunc explain`: its row of the command table. Flags end at BUNDLE: an argument of a system call may be negative.

import type { Command } from '../grammar.ts'

export const explain = {
  group: 'look',
  text: 'Show what a config.json makes of a system call, and why',
  about:
    'With --seccomp: what the seccomp profile of the bundle does with a call, on every architecture of this machine, and ' +
    'which part of config.json says so. Arguments are numbers, decimal or with 0x; those that are left out are 0.',
  operands: {
    bundle: { kind: 'text', value: 'BUNDLE', text: 'directory of the bundle' },
    syscall: { kind: 'text', value: 'SYSCALL', text: 'name or number of a system call' },
    args: { kind: 'list', value: 'ARGUMENT', optional: true, text: 'arguments of the call, six at most' },
  },
  options: {
    seccomp: { kind: 'flag', text: 'by the seccomp profile; the only way so far, and required' },
    json: { kind: 'flag', text: 'print JSON: a list with an object for each architecture' },
  },
  stopEarly: true,
  examples: ['explain --seccomp /srv/web keyctl', 'explain --seccomp --json /srv/web clone 0x7e020000'],
} as const satisfies Command

// `bunc completion` and `bunc man`: their rows of the command table. Both only print what the table says already.

import type { Command } from '../grammar.ts'

export const completion = {
  group: 'host',
  text: 'Print the completion script of a shell',
  operands: { shell: { kind: 'text', value: 'SHELL', choices: ['bash', 'zsh', 'fish'], text: 'for which shell' } },
  options: {},
  examples: ['completion bash'],
} as const satisfies Command

export const man = {
  group: 'host',
  text: 'Print the manual page',
  operands: {},
  options: {},
  examples: ['man'],
  also: ['manual'],
} as const satisfies Command

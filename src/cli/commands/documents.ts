// `bunc completion` and `bunc man`: their rows of the command table. Both only print what the table says already.

import type { Command } from '../grammar.ts'

export const completion = () =>
  ({
    group: 'host',
    text: 'Print the completion script of a shell',
    about:
      'Bash reads it with "source <(bunc completion bash)", or from a file "bunc" among its completions; fish from ' +
      '"~/.config/fish/completions/bunc.fish", zsh from a file "_bunc" in a directory of its fpath.',
    operands: { shell: { kind: 'text', value: 'SHELL', choices: ['bash', 'zsh', 'fish'], text: 'for which shell' } },
    options: {},
    examples: ['completion bash'],
  }) as const satisfies Command

export const man = () =>
  ({
    group: 'host',
    text: 'Print the manual page',
    about:
      'The output is roff source: "bunc man | man -l -" shows it, and "/usr/local/share/man/man8/bunc.8" keeps it.',
    operands: {},
    options: {},
    examples: ['man'],
    also: ['manual'],
  }) as const satisfies Command

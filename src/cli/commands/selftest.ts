// `bunc selftest`: its row of the command table.

import type { Command } from '../grammar.ts'

export const selftest = () =>
  ({
    group: 'host',
    text: 'Make real containers and report in TAP whether they behave',
    about:
      "The containers run over a throw-away copy of the host's own root: no image is needed, and nothing is left. The exit code is 1 where a promise is broken.",
    operands: {},
    options: { junit: { kind: 'text', value: 'FILE', text: "write the report into this file too, in JUnit's form" } },
    examples: ['selftest', 'selftest --junit report.xml'],
    also: ['test'],
  }) as const satisfies Command

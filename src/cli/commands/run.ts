// `bunc run`: its row of the command table.

import type { Command } from '../grammar.ts'
import {
  bundle,
  config,
  consoleSocket,
  container,
  detach,
  noNewKeyring,
  noPivot,
  noSubreaper,
  pidFile,
  pidfdSocket,
  preserveFds,
} from './common.ts'

export const run = () =>
  ({
    group: 'life',
    text: 'Create a container, start it, wait for its end and delete it',
    about:
      'In the foreground the exit code is that of the process, or 128 and the number of the signal that ended it. ' +
      'With --detach the container is left running and "delete" removes it later.',
    operands: { container },
    options: {
      bundle,
      config,
      'console-socket': consoleSocket,
      'pid-file': pidFile,
      'pidfd-socket': pidfdSocket,
      detach,
      keep: { kind: 'flag', text: 'do not delete the container when it ends' },
      'no-subreaper': noSubreaper,
      'no-pivot': noPivot,
      'no-new-keyring': noNewKeyring,
      'preserve-fds': preserveFds,
    },
    examples: ['run --bundle /srv/web web', 'run --detach --bundle /srv/web --pid-file /run/web.pid web'],
  }) as const satisfies Command

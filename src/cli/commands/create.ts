// `bunc create`: its row of the command table.

import type { Command } from '../grammar.ts'
import {
  bundle,
  config,
  consoleSocket,
  container,
  noNewKeyring,
  noPivot,
  noSubreaper,
  pidFile,
  pidfdSocket,
  preserveFds,
} from './common.ts'

export const create = () =>
  ({
    group: 'life',
    text: 'Make a container from a bundle, ready to be started',
    about:
      'The container is made whole: namespaces, mounts, limits, hooks, identity. Its process waits until "start". ' +
      'CONTAINER becomes its name and must not be in use.',
    operands: { container },
    options: {
      bundle,
      config,
      'console-socket': consoleSocket,
      'pid-file': pidFile,
      'pidfd-socket': pidfdSocket,
      'no-pivot': noPivot,
      'no-new-keyring': noNewKeyring,
      'preserve-fds': preserveFds,
      'no-subreaper': { ...noSubreaper, hidden: true },
    },
    examples: ['create --bundle /srv/web web', 'create --bundle /srv/web --pid-file /run/web.pid web'],
    also: ['init', 'new'],
  }) as const satisfies Command

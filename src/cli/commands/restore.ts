// `bunc restore`: its row of the command table.

import type { Command } from '../grammar.ts'
import { bundle, consoleSocket, container, detach, noPivot, noSubreaper, pidFile } from './common.ts'
import { criu } from './criu.ts'

export const restore = () =>
  ({
    group: 'life',
    text: 'Make a container from the files of a checkpoint and let it go on',
    operands: { container },
    options: {
      bundle,
      'image-path': criu.imagePath,
      'work-path': criu.workPath,
      'console-socket': consoleSocket,
      detach,
      'pid-file': pidFile,
      'no-subreaper': noSubreaper,
      'no-pivot': noPivot,
      'tcp-established': criu.tcpEstablished,
      'tcp-close': { kind: 'flag', text: 'close the TCP connections of the image' },
      'ext-unix-sk': criu.extUnixSk,
      'shell-job': criu.shellJob,
      'file-locks': criu.fileLocks,
      'lazy-pages': criu.lazyPages,
      'manage-cgroups-mode': criu.manageCgroupsMode,
      'network-lock': criu.networkLock,
      'empty-ns': criu.emptyNs,
      'auto-dedup': criu.autoDedup,
      'lsm-profile': { kind: 'text', value: 'TYPE:NAME', text: 'security profile of the restored processes' },
      'lsm-mount-context': { kind: 'text', value: 'CONTEXT', text: 'security context of the restored mounts' },
    },
    examples: ['restore --detach --image-path /srv/images/web --bundle /srv/web web'],
  }) as const satisfies Command

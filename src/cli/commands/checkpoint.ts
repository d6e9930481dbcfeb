// `bunc checkpoint`: its row of the command table.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'
import { criu } from './criu.ts'

export const checkpoint = () =>
  ({
    group: 'life',
    text: 'Save a running container to files',
    operands: { container },
    options: {
      'image-path': criu.imagePath,
      'work-path': criu.workPath,
      'parent-path': {
        kind: 'text',
        value: 'DIR',
        text: 'image of the pre-dump before, seen from the image directory',
      },
      'leave-running': { kind: 'flag', text: 'let the container run on afterwards' },
      'pre-dump': { kind: 'flag', text: 'save memory only and let the container run on' },
      'tcp-established': criu.tcpEstablished,
      'tcp-skip-in-flight': { kind: 'flag', text: 'leave out TCP connections that are being made' },
      'link-remap': { kind: 'flag', text: 'link open files that were removed, so that they can be saved' },
      'ext-unix-sk': criu.extUnixSk,
      'shell-job': criu.shellJob,
      'file-locks': criu.fileLocks,
      'lazy-pages': criu.lazyPages,
      'status-fd': {
        kind: 'integer',
        value: 'FD',
        min: -1,
        default: '-1',
        text: 'criu writes a NUL here when lazy pages are ready',
      },
      'page-server': { kind: 'text', value: 'ADDRESS:PORT', text: 'send memory pages to this server' },
      'manage-cgroups-mode': criu.manageCgroupsMode,
      'network-lock': criu.networkLock,
      'empty-ns': criu.emptyNs,
      'auto-dedup': criu.autoDedup,
    },
    examples: [
      'checkpoint --image-path /srv/images/web web',
      'checkpoint --leave-running --image-path /srv/images/web web',
    ],
    also: ['dump'],
  }) as const satisfies Command

// Rows that checkpoint and restore share: each is handed on to the program criu.
// A pure table.

import type { Option } from '../grammar.ts'

export const criu = {
  imagePath: { kind: 'text', value: 'DIR', text: 'directory of the image files' },
  workPath: { kind: 'text', value: 'DIR', text: "directory of criu's own files and logs" },
  tcpEstablished: { kind: 'flag', text: 'keep open TCP connections' },
  extUnixSk: { kind: 'flag', text: 'keep Unix sockets whose other end is outside' },
  shellJob: { kind: 'flag', text: 'allow a terminal that comes from outside' },
  fileLocks: { kind: 'flag', text: 'keep file locks' },
  lazyPages: { kind: 'flag', text: 'move memory pages when they are needed' },
  autoDedup: { kind: 'flag', text: 'drop pages of the image that a later image holds' },
  emptyNs: { kind: 'list', value: 'NAMESPACE', text: 'do not keep what this namespace holds; may be repeated' },
  manageCgroupsMode: {
    kind: 'text',
    value: 'MODE',
    choices: ['soft', 'full', 'strict', 'ignore'],
    text: 'how cgroups are treated',
  },
  networkLock: {
    kind: 'text',
    value: 'METHOD',
    choices: ['iptables', 'nftables', 'skip'],
    text: 'how traffic is held up meanwhile',
  },
} as const satisfies Readonly<Record<string, Option>>

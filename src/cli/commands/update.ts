// `bunc update`: its row of the command table. A flag that is absent leaves its limit alone, so none has a default.

import type { Command } from '../grammar.ts'
import { container } from './common.ts'

export const update = () =>
  ({
    group: 'limits',
    text: 'Change the limits of a container',
    about:
      'Only what is named is changed. With --resources all other flags are ignored and the file holds the "resources" ' +
      'object of the specification. Sizes take a suffix: 512k, 64M, 1.5G; -1 lifts the limit.',
    operands: { container },
    options: {
      resources: {
        kind: 'text',
        short: 'r',
        value: 'FILE',
        text: 'read the limits from a JSON file, or from stdin: "-"',
      },
      memory: { kind: 'size', value: 'BYTES', text: 'most memory' },
      'memory-reservation': { kind: 'size', value: 'BYTES', text: 'memory that is kept when memory is short' },
      'memory-swap': { kind: 'size', value: 'BYTES', text: 'most memory and swap together' },
      'cpu-quota': { kind: 'integer', value: 'USEC', min: -1, text: 'processor time in each period; -1: no limit' },
      'cpu-period': { kind: 'integer', value: 'USEC', min: 0, text: 'length of the period' },
      'cpu-burst': {
        kind: 'integer',
        value: 'USEC',
        min: 0,
        since: 'Linux 5.14',
        text: 'unused time that may be saved for later',
      },
      'cpu-share': { kind: 'integer', value: 'SHARES', min: 0, text: 'weight among other containers' },
      'cpu-idle': {
        kind: 'integer',
        value: '0|1',
        min: 0,
        max: 1,
        since: 'Linux 5.15',
        text: 'run only when nothing else wants to',
      },
      'cpu-rt-period': { kind: 'integer', value: 'USEC', min: 0, text: 'length of the realtime period' },
      'cpu-rt-runtime': { kind: 'integer', value: 'USEC', min: -1, text: 'realtime in each period' },
      'cpuset-cpus': { kind: 'text', value: 'CPUS', text: 'processors that may be used: 0-3,7' },
      'cpuset-mems': { kind: 'text', value: 'NODES', text: 'memory nodes that may be used: 0,1' },
      'pids-limit': { kind: 'integer', value: 'N', min: -1, text: 'most processes and threads; -1: no limit' },
      'blkio-weight': { kind: 'integer', value: 'WEIGHT', min: 0, max: 1000, text: 'weight of block I/O, 10 to 1000' },
      'l3-cache-schema': { kind: 'text', value: 'SCHEMA', text: 'share of the L3 cache (resctrl)' },
      'mem-bw-schema': { kind: 'text', value: 'SCHEMA', text: 'share of the memory bandwidth (resctrl)' },
      'kernel-memory': {
        kind: 'size',
        value: 'BYTES',
        hidden: true,
        text: 'ignored: the kernel has dropped this limit',
      },
      'kernel-memory-tcp': {
        kind: 'size',
        value: 'BYTES',
        hidden: true,
        text: 'ignored: cgroup v1 alone had this limit',
      },
    },
    examples: ['update --memory 512M --pids-limit 100 web', 'update --resources limits.json web'],
    also: ['set', 'limit'],
  }) as const satisfies Command

// The flags that stand before the command and hold for all of them.
// A pure table; defaults that depend on the host (the state directory) are found by whoever uses the value.

import type { Options } from '../grammar.ts'

export const globalOptions = {
  root: { kind: 'text', value: 'DIR', text: 'where the state of containers is kept' },
  log: {
    kind: 'text',
    value: 'FILE',
    text: 'write errors into this file too; "journald:ID" and "syslog:ID" send them to those daemons',
  },
  'log-format': {
    kind: 'text',
    value: 'FORMAT',
    choices: ['text', 'json'],
    default: 'text',
    text: 'form of the lines of a log file',
  },
  'log-level': {
    kind: 'text',
    value: 'LEVEL',
    choices: ['error', 'warning', 'info', 'debug'],
    text: 'least severe message that is logged; errors alone without this flag',
  },
  debug: { kind: 'flag', text: 'the same as --log-level debug' },
  trace: { kind: 'flag', text: 'show every system call with its result and time' },
  'systemd-cgroup': { kind: 'flag', text: 'let systemd make the cgroups' },
  'cgroup-manager': {
    kind: 'text',
    value: 'MANAGER',
    choices: ['cgroupfs', 'systemd', 'disabled'],
    text: 'who makes the cgroups',
  },
  rootless: {
    kind: 'text',
    value: 'WHEN',
    choices: ['true', 'false', 'auto'],
    default: 'auto',
    text: 'go on where an unprivileged user may not set limits',
  },
  version: { kind: 'flag', short: 'v', text: 'show the version and stop' },
  help: { kind: 'flag', short: 'h', text: 'show this text and stop' },
} as const satisfies Options

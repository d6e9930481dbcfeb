// Rows that several commands share, so that a flag means and says the same wherever it stands.
// A pure table; which command takes which row is said in that command's own file.

import type { Operand, Option } from '../grammar.ts'

export const container = { kind: 'text', value: 'CONTAINER', text: 'name of the container' } as const satisfies Operand

export const bundle = {
  kind: 'text',
  short: 'b',
  value: 'DIR',
  default: '.',
  text: 'directory of the bundle: config.json and the root filesystem',
} as const satisfies Option

export const config = {
  kind: 'text',
  short: 'f',
  value: 'FILE',
  text: 'read this file instead of config.json in the bundle',
} as const satisfies Option

export const consoleSocket = {
  kind: 'text',
  value: 'SOCKET',
  text: "Unix socket that receives the terminal's file descriptor",
} as const satisfies Option

export const pidfdSocket = {
  kind: 'text',
  value: 'SOCKET',
  text: 'Unix socket that receives a pidfd of the process',
} as const satisfies Option

export const pidFile = {
  kind: 'text',
  value: 'FILE',
  text: 'write the process id into this file',
} as const satisfies Option

export const noPivot = {
  kind: 'flag',
  text: 'move the root instead of pivot_root: for a host that runs from a ramdisk',
} as const satisfies Option

export const noNewKeyring = {
  kind: 'flag',
  text: "keep the caller's session keyring instead of making one",
} as const satisfies Option

export const preserveFds = {
  kind: 'integer',
  value: 'N',
  min: 0,
  default: '0',
  text: 'pass N more file descriptors, after stdio and LISTEN_FDS',
} as const satisfies Option

export const detach = {
  kind: 'flag',
  short: 'd',
  text: 'return at once and leave the process running',
} as const satisfies Option

export const noSubreaper = {
  kind: 'flag',
  text: 'do not adopt orphaned processes of the container',
} as const satisfies Option

export const regex = {
  kind: 'flag',
  short: 'r',
  text: 'take CONTAINER as a regular expression and act on all that match',
} as const satisfies Option

export const format = {
  kind: 'text',
  short: 'f',
  value: 'FORMAT',
  choices: ['table', 'json'],
  default: 'table',
  text: 'form of the output',
} as const satisfies Option

export const json = { kind: 'flag', text: 'print JSON in place of text' } as const satisfies Option

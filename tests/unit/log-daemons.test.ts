// Datagrams as the daemons get them that keep a host's logs.

import { expect, test } from 'bun:test'

import { here } from '#ffi/perform/here.ts'
import { toJournal, toSyslog } from '#src/log-daemons.ts'
import { listenAt } from '#tests/support/datagrams.ts'
import { scratch } from './ffi/scratch.ts'

const ERROR = { priority: 3, id: 'web', text: 'Cannot mount "proc": ä' }

test('the journal gets fields, one to a line', () => {
  using at = scratch()
  using daemon = listenAt(at.path('s'))
  toJournal(here, ERROR, at.path('s'))
  const pid = process.pid
  expect(daemon.take()).toEqual([
    `PRIORITY=3\nSYSLOG_IDENTIFIER=web\nSYSLOG_PID=${pid}\nMESSAGE=Cannot mount "proc": ä\n`,
  ])
})

test('a newline in a value makes no further field of the journal', () => {
  using at = scratch()
  using daemon = listenAt(at.path('s'))
  toJournal(here, { ...ERROR, id: 'a\n_UID=0', text: 'one\nPRIORITY=0' }, at.path('s'))
  const [datagram = ''] = daemon.take()
  expect(datagram).toContain('\nSYSLOG_IDENTIFIER\n\x08\0\0\0\0\0\0\0a\n_UID=0\n')
  expect(datagram).toEndWith('\nMESSAGE\n\x0e\0\0\0\0\0\0\0one\nPRIORITY=0\n')
})

test('syslog gets facility and priority as one number, the time, who says it, and one line', () => {
  using at = scratch()
  using daemon = listenAt(at.path('s'))
  toSyslog(here, { ...ERROR, text: 'one\ntwo\0ä' }, at.path('s'))
  const [datagram] = daemon.take()
  expect(datagram).toMatch(/^<27>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d web\[\d+\]: one two ä$/)
})

test('a daemon that is not there is an error with its address', () => {
  using at = scratch()
  const path = at.path('absent')
  for (const send of [toJournal, toSyslog]) expect(() => send(here, ERROR, path)).toThrow(`"${path}") = ENOENT`)
})

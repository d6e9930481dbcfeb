// Messages to the daemons that keep a host's logs, each in one datagram: the journal of systemd in its own protocol
// (systemd.io/JOURNAL_NATIVE_PROTOCOL), and the socket of syslog(3). Both know level and time, so a message is not put into
// a form of ours. Loaded only when --log names one of them.

import type { Sys } from '#ffi/call.ts'
import { write } from '#ffi/calls/file.ts'
import { getpid } from '#ffi/calls/process.ts'
import { connectUnix, unixSocket } from '#ffi/calls/socket.ts'
import { encodeText } from '#ffi/kinds.ts'

const JOURNAL = '/run/systemd/journal/socket'
const SYSLOG = '/dev/log'
/** LOG_DAEMON of syslog(3), in the place that it has beside the priority. */
const FACILITY = 3 << 3

/** A message: its priority as syslog(3) numbers them, who says it, and the text. */
export interface Entry {
  readonly priority: number
  readonly id: string
  readonly text: string
}

/** Sends an entry to the journal, where "journalctl -t ID" shows it. Throws a SyscallError. */
export function toJournal(sys: Sys, { priority, id, text }: Entry, socket = JOURNAL): void {
  const fields = [
    field('PRIORITY', String(priority)),
    field('SYSLOG_IDENTIFIER', id),
    field('SYSLOG_PID', String(sys(getpid()))),
    field('MESSAGE', text),
  ]
  send(sys, socket, joined(fields))
}

/** Sends an entry to the daemon that listens where syslog(3) writes. Throws a SyscallError. */
export function toSyslog(sys: Sys, { priority, id, text }: Entry, socket = SYSLOG): void {
  const head = `<${FACILITY | priority}>${syslogTime(new Date())} ${oneLine(id)}[${sys(getpid())}]`
  send(sys, socket, encodeText(`${head}: ${oneLine(text)}`))
}

function send(sys: Sys, path: string, datagram: Uint8Array): void {
  using socket = sys(unixSocket('DGRAM'))
  sys(connectUnix(socket, path))
  sys(write(socket, datagram))
}

/** A value that contains a newline is preceded by its length: nothing in it can be taken for another field. */
function field(name: string, value: string): Uint8Array {
  if (!value.includes('\n')) return encodeText(`${name}=${value}\n`)
  const bytes = encodeText(value)
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(bytes.length), true)
  return joined([encodeText(`${name}\n`), new Uint8Array(length.buffer), bytes, encodeText('\n')])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The time of RFC 3164, in the host's zone: "Jan  2 03:04:05". */
function syslogTime(time: Date): string {
  const [, month, day = ''] = time.toDateString().split(' ')
  return `${month} ${day.replace(/^0/, ' ')} ${time.toTimeString().slice(0, 8)}`
}

/** A control character would end the entry, or forge another. */
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, ' ')
}

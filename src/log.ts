// The log that engines read: at most one line for each command, on error, in the form that they asked for. containerd
// takes the last entry of level "error" and drops it when its time is no RFC 3339; Podman takes the file for one object.
// More than errors is logged only when somebody asks. The daemons that may take the place of a file are log-daemons.ts.

import type { Sys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { doing } from '#ffi/context.ts'
import { writeAll } from './files.ts'

/** Severities, as engines name them, and as the numbers of syslog(3): the least severe has the highest. */
const SEVERITY = { error: 3, warning: 4, info: 6, debug: 7 } as const

/** How severe a message is. */
export type Level = keyof typeof SEVERITY

/** Where messages are written beside stderr, in which form, and which. */
export interface LogOptions {
  /** A path, `file:PATH`, `journald:ID` or `syslog:ID`; nothing is logged without it. */
  readonly destination: string | undefined
  /** The form of a file's lines; the daemons have one of their own. */
  readonly format: 'text' | 'json'
  /** The least severe level that is logged. */
  readonly least: Level
}

/** Takes one message. Throws a SyscallError where it cannot be written. */
export type Log = (level: Level, message: string) => void

/** Gives the log that the options ask for. A file is opened, and made, with the first message that is severe enough. */
export async function openLog(sys: Sys, { destination = '', format, least }: LogOptions): Promise<Log> {
  const write = await writerOf(sys, destination, format)
  return (level, message) => {
    if (SEVERITY[level] <= SEVERITY[least]) doing('write the log', () => write(level, message))
  }
}

/** Takes one message, gives the line for it, with its newline. */
export function logLine(format: LogOptions['format'], level: Level, message: string, time: Date): string {
  const at = time.toISOString()
  if (format === 'json') return `${JSON.stringify({ level, msg: message, time: at })}\n`
  return `time=${JSON.stringify(at)} level=${level} msg=${JSON.stringify(message)}\n`
}

async function writerOf(sys: Sys, destination: string, format: LogOptions['format']): Promise<Log> {
  if (destination === '') return () => {}
  const inJournal = after('journald:', destination)
  const name = inJournal ?? after('syslog:', destination)
  if (name === undefined) return fileWriter(sys, after('file:', destination) ?? destination, format)
  const { toJournal, toSyslog } = await import('./log-daemons.ts')
  const send = inJournal === undefined ? toSyslog : toJournal
  return (level, text) => send(sys, { priority: SEVERITY[level], id: name || 'bunc', text })
}

function fileWriter(sys: Sys, file: string, format: LogOptions['format']): Log {
  return (level, message) => {
    using open = sys(openat('cwd', file, ['WRONLY', 'CREAT', 'APPEND'], 0o644))
    writeAll(sys, open, logLine(format, level, message, new Date()))
  }
}

/** What follows `prefix`, or undefined where the text begins otherwise. */
function after(prefix: string, text: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined
}

// The log that engines read: at most one line for each command, on error, in the form that they asked for. containerd
// takes the last entry of level "error" and drops it when its time is no RFC 3339; Podman takes the file for one object.

import type { Sys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { writeAll } from './files.ts'

/** Where errors are written beside stderr, and in which form. */
export interface LogOptions {
  readonly file: string | undefined
  readonly format: 'text' | 'json'
}

/** Severities, as engines name them. */
export type Level = 'error' | 'warning'

/** Takes one message, gives the line for it, with its newline. */
export function logLine(format: LogOptions['format'], level: Level, message: string, time: Date): string {
  const at = time.toISOString()
  if (format === 'json') return `${JSON.stringify({ level, msg: message, time: at })}\n`
  return `time=${JSON.stringify(at)} level=${level} msg=${JSON.stringify(message)}\n`
}

/** Appends a message to the log, if there is one. */
export function log(sys: Sys, { file, format }: LogOptions, level: Level, message: string): void {
  if (file === undefined || file === '') return
  using open = sys(openat('cwd', file, ['WRONLY', 'CREAT', 'APPEND'], 0o644))
  writeAll(sys, open, logLine(format, level, message, new Date()))
}

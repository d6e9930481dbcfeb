// A host to be looked at: files as in a table, root with every capability, and calls that do as a test wants.

import type { Call } from '#ffi/call.ts'
import { MAGIC } from '#ffi/calls/file.ts'
import { record } from '#ffi/perform/record.ts'
import type { Patient, Probe, Verdict } from '#src/doctor/verdict.ts'
import { type Files, pretendedFiles } from '../pretended-files.ts'

const FILES: Files = {
  '/': 'directory',
  '/proc/sys/kernel/osrelease': '6.1.0-test\n',
  // The one task whose ids are mapped, whatever its number.
  ...Object.fromEntries([101, 102, 103, 104, 105, 106, 107, 108].map((pid) => [`/proc/${pid}/uid_map`, ''])),
  '/proc/self/status': 'Name:\tbunc\nCapEff:\t000001ffffffffff\n',
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process errno allow\n',
}

/** What differs: files (undefined: not there), and the answers to calls by name. */
export interface Differences {
  readonly files?: Readonly<Record<string, string | undefined>>
  readonly calls?: Readonly<Record<string, unknown>>
}

/** Takes a probe and what is different on the host, gives the verdicts by subject. */
export function look(probe: Probe, { files = {}, calls = {} }: Differences = {}): ReadonlyMap<string, Verdict> {
  const there = Object.entries({ ...FILES, ...files }).flatMap(([path, text]) =>
    text === undefined ? [] : [[path, text]],
  )
  const others = (call: Call<unknown>) => calls[call.name] ?? DEFAULTS[call.name]
  const answers = pretendedFiles(Object.fromEntries(there), others)
  const kernel = record((_, call) => (Object.hasOwn(calls, call.name) ? calls[call.name] : answers(call)))
  const patient: Patient = { kernel, path: '/usr/bin' }
  return new Map(probe(patient).map((verdict) => [verdict.subject, verdict]))
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  geteuid: 0,
  getpid: 77,
  getcwd: { refused: 'EPERM' },
  fstat: { type: 'file', mode: 0o755 },
  fstatfs: { magic: MAGIC.tmpfs, flags: 0 },
}

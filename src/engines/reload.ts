// Has an engine that runs read its settings again, in the way that harms no container; where there is none, somebody is
// told what to do.

import { labelled, tolerating } from '#ffi/call.ts'
import { pidfdOpen } from '#ffi/calls/process.ts'
import { pidfdSendSignal } from '#ffi/calls/signal.ts'
import { connectUnix, unixSocket } from '#ffi/calls/socket.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { readTextIfThere, statIfThere } from '#src/files.ts'
import { type Daemon, type Engine, ENGINES, type EngineName } from './engines.ts'
import { type Argv, ask, type Host, succeeds } from './host.ts'

/** How an engine runs: as a unit of systemd, as a process, not at all, or anew each time that somebody calls it. */
export type Running = 'unit' | 'process' | 'stopped' | 'when called'

/** What has become of an engine that was to read its settings: how it was told, or what has to be done, and why. */
export type Told = { readonly by: string } | { readonly command: string; readonly why?: string }

/** Whether systemd runs this host (sd_booted(3)). */
export function systemdRuns({ kernel }: Host): boolean {
  return statIfThere(kernel.here, '/run/systemd/system') !== undefined
}

/** Looks how an engine runs. */
export function runningOf(host: Host, name: EngineName): Running {
  const { daemon, program }: Engine = ENGINES[name]
  if (daemon === undefined) return 'when called'
  if (systemdRuns(host) && succeeds(host, ['systemctl', 'is-active', '--quiet', daemon.unit])) return 'unit'
  using process = processOf(host, daemon, program)
  return process !== undefined || isHeard(host, daemon) ? 'process' : 'stopped'
}

/** The command by which somebody has an engine read its settings, or forget what stands there no more. */
export function commandFor(name: EngineName, forget: boolean, systemd: boolean): string {
  const { reload, forget: forgetting = reload }: Engine = ENGINES[name]
  return (forget ? forgetting : reload)[systemd ? 0 : 1]
}

/**
 * Tells an engine that runs to read its settings; `forget`: one that has to forget a runtime. Throws a Failure with what
 * systemctl said.
 */
export function tell(host: Host, name: EngineName, running: 'unit' | 'process', forget: boolean): Told {
  const { daemon, forget: forgetting, program }: Engine = ENGINES[name]
  const command = commandFor(name, forget, running === 'unit')
  if (forget && forgetting !== undefined) return { command, why: FORGETTING }
  if (daemon === undefined) return { command }
  if (running === 'process') {
    using process = processOf(host, daemon, program)
    if (process === undefined) return { command }
    host.kernel.here(tolerating(pidfdSendSignal(process, SIGNAL.SIGHUP), 'ESRCH'))
    return { by: `SIGHUP to ${process.label}` }
  }
  const [verb = '', ...words] = command.split(' ')
  const others = words[0] === 'restart' ? dependents(host, daemon.unit) : []
  if (others.length > 0) return { command, why: `it is left to you, for it restarts ${others.join(' and ')} as well` }
  ask(host, [verb, ...words])
  return { by: command }
}

const FORGETTING =
  'it is left to you: a reload makes Docker forget no runtime, and a restart ends its containers unless "live-restore" is true'

/** Units that a restart of this one restarts, too (systemd.unit(5): Requires=, BindsTo=). */
function dependents(host: Host, unit: string): readonly string[] {
  const show: Argv = ['systemctl', 'show', '--value', '--property', 'RequiredBy', '--property', 'BoundBy', unit]
  const names = ask(host, show)
    .split(/\s+/)
    .filter((name) => name !== '')
  return [...new Set(names)].filter((name) => succeeds(host, ['systemctl', 'is-active', '--quiet', name]))
}

/** The process of a daemon that is no unit; undefined where there is none, or its pid is that of another program. */
function processOf({ kernel: { here } }: Host, { pidFile }: Daemon, program: string): Fd | undefined {
  const pid = pidFile === undefined ? 0 : Number(readTextIfThere(here, pidFile))
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const process = here(tolerating(labelled(pidfdOpen(pid), `process ${pid}`), 'ESRCH', 'EINVAL'))
  // Looked at once the process is held. Should the pid have passed on before, this is not the daemon, and should it pass
  // on now, the signal reaches nobody.
  if (!process.missing && readTextIfThere(here, `/proc/${pid}/comm`)?.trim() === program) return process
  process[Symbol.dispose]()
  return undefined
}

/** Whether somebody listens where the daemon is spoken to: the file stays when the daemon is killed. */
function isHeard({ kernel: { here } }: Host, { socket }: Daemon): boolean {
  if (socket === undefined) return false
  try {
    using stream = here(unixSocket('STREAM'))
    here(connectUnix(stream, socket))
    return true
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'EACCES')) return false
    throw error
  }
}

// From argv to exit code. Whatever happens in between, the user sees one line, the log gets the same line, and nobody
// ever sees a stack trace.

import { setDumpable } from '#ffi/calls/process.ts'
import { getcwd } from '#ffi/calls/namespace.ts'
import { decorated, type Kernel } from '#ffi/perform/kernel.ts'
import { traced } from '#ffi/perform/traced.ts'
import { VERSION } from '#src/build.ts'
import { type Log, openLog } from '#src/log.ts'
import { complain, ensureStdio, mayColour, print, printable } from '#src/output.ts'
import { variable } from './environment.ts'
import { failureHint, failureLines, failureText } from './failure-text.ts'
import { parse } from './parse.ts'
import { storeDirectory } from './paths.ts'
import { isHot, runVerbOf } from './run-verb.ts'
import { UsageError } from './usage-error.ts'
import type { Invoked, World } from './verb.ts'

/** Exit code of a command that could not do its work; `exec` has one of its own, as runc has. */
const FAILED = 1
const EXEC_FAILED = 255

/** Runs one command line. Gives the exit code. `anew` starts a process without the snapshot, if this one is of one. */
export async function runCommandLine(kernel: Kernel, argv: readonly string[], anew?: () => void): Promise<number> {
  ensureStdio(kernel.here)
  // Its memory may hold secrets of config.json: no core file in whatever directory this is, and nobody looks in.
  kernel.here(setDumpable(0))
  let log: Log = () => {}
  let failed = FAILED
  try {
    const invoked = parse(argv)
    log = await logOf(kernel, invoked.global)
    if (invoked.command === 'exec') failed = EXEC_FAILED
    if (!isHot(invoked)) anew?.()
    const own = world(invoked.global.trace ? await tracing(kernel) : kernel, invoked, log)
    // No more of the command line: what "exec" is given may be secret.
    log('debug', `bunc ${VERSION}: "${invoked.command}" begins, with state in "${own.store}"`)
    const code = await runVerbOf(own, invoked)
    log('debug', `"${invoked.command}" ends with exit code ${code}`)
    return code
  } catch (error) {
    await report(kernel, log, error)
    return error instanceof UsageError ? error.exitCode : failed
  }
}

/** Every system call goes to stderr, with its result and its time. */
async function tracing(kernel: Kernel): Promise<Kernel> {
  const { traceLine } = await import('./trace-line.ts')
  const { surfaceOf } = await import('./terminal.ts')
  const { paint } = surfaceOf(kernel.here, 'stderr')
  return decorated(
    kernel,
    traced((call) => complain(kernel.here, traceLine(call, paint))),
  )
}

/** The log that the flags ask for; what is less than a warning goes to stderr where no log was named. */
async function logOf({ here }: Kernel, global: Invoked['global']): Promise<Log> {
  const least = global.debug ? 'debug' : (global.logLevel ?? 'error')
  if (global.log === undefined && least === 'debug')
    return (level, message) => void (level === 'debug' && complain(here, `bunc: debug: ${printable(message)}\n`))
  return openLog(here, { destination: global.log, format: global.logFormat, least })
}

function world(kernel: Kernel, { global }: Invoked, log: Log): World {
  let cwd: string | undefined
  // Not before somebody asks: it may have been removed, which is nothing to whom it does not concern.
  const from = {
    get cwd() {
      return (cwd ??= kernel.here(getcwd()))
    },
  }
  return {
    kernel,
    get cwd() {
      return from.cwd
    },
    store: storeDirectory(kernel.here, from, global.root),
    print: (text) => print(kernel.here, text),
    warn: (error) => {
      const message = failureText(error)
      complain(kernel.here, `bunc: warning: ${message}\n`)
      // Not as an error: engines take the last of those for the reason why the command failed.
      log('warning', message)
    },
  }
}

/** To stderr, and to the log if there is one; a log that cannot be written changes nothing. */
async function report(kernel: Kernel, log: Log, error: unknown): Promise<void> {
  const told = { message: failureText(error), hint: await failureHint(error) }
  // An engine does not wait for a module that it has no use for.
  const surface = mayColour(variable) ? (await import('./terminal.ts')).surfaceOf(kernel.here, 'stderr') : undefined
  complain(kernel.here, failureLines(told, error, surface?.paint))
  try {
    log('error', told.message)
  } catch (second) {
    const text = failureText(second)
    // With --debug it may have been the log that failed.
    if (text !== told.message) complain(kernel.here, `bunc: ${text}\n`)
  }
}

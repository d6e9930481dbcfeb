// From argv to exit code. Whatever happens in between, the user sees one line, the log gets the same line, and nobody
// ever sees a stack trace.

import { exit, setDumpable } from '#ffi/calls/process.ts'
import { getcwd } from '#ffi/calls/namespace.ts'
import { decorated, type Kernel } from '#ffi/perform/kernel.ts'
import { linux } from '#ffi/perform/linux.ts'
import { traced } from '#ffi/perform/traced.ts'
import { VERSION } from './build.ts'
import { failureHint, failureText } from './cli/failure-text.ts'
import { parse } from './cli/parse.ts'
import { storeDirectory } from './cli/paths.ts'
import { runVerbOf } from './cli/run-verb.ts'
import { UsageError } from './cli/usage-error.ts'
import type { Invoked, World } from './cli/verb.ts'
import { type Log, openLog } from './log.ts'
import { complain, ensureStdio, print } from './output.ts'

/** Exit code of a command that could not do its work; `exec` has one of its own, as runc has. */
const FAILED = 1
const EXEC_FAILED = 255

/** Runs one command line. Gives the exit code. */
async function main(argv: readonly string[], kernel: Kernel): Promise<number> {
  ensureStdio(kernel.here)
  // Its memory may hold secrets of config.json: no core file in whatever directory this is, and nobody looks in.
  kernel.here(setDumpable(0))
  let log: Log = () => {}
  let failed = FAILED
  try {
    const invoked = parse(argv)
    log = await logOf(kernel, invoked.global)
    if (invoked.command === 'exec') failed = EXEC_FAILED
    const own = world(invoked.global.trace ? tracing(kernel) : kernel, invoked, log)
    // No more of the command line: what "exec" is given may be secret.
    log('debug', `bunc ${VERSION}: "${invoked.command}" begins, with state in "${own.store}"`)
    const code = await runVerbOf(own, invoked)
    log('debug', `"${invoked.command}" ends with exit code ${code}`)
    return code
  } catch (error) {
    const hint = await failureHint(error)
    report(kernel, log, { message: failureText(error), hint: hint === undefined ? '' : `hint: ${hint}\n` })
    return error instanceof UsageError ? error.exitCode : failed
  }
}

/** Every system call goes to stderr, with its result and its time. */
function tracing(kernel: Kernel): Kernel {
  return decorated(
    kernel,
    traced(({ where, call, result, microseconds }) =>
      complain(kernel.here, `${where}: ${call} = ${result}${time(microseconds)}\n`),
    ),
  )
}

/** As strace -T shows it; a call that nobody waited for has none. */
function time(microseconds: number | undefined): string {
  return microseconds === undefined ? '' : ` <${(microseconds / 1e6).toFixed(6)}>`
}

/** The log that the flags ask for; what is less than a warning goes to stderr where no log was named. */
async function logOf({ here }: Kernel, global: Invoked['global']): Promise<Log> {
  const least = global.debug ? 'debug' : (global.logLevel ?? 'error')
  if (global.log === undefined && least === 'debug')
    return (level, message) => void (level === 'debug' && complain(here, `bunc: debug: ${message}\n`))
  return openLog(here, { destination: global.log, format: global.logFormat, least })
}

function world(kernel: Kernel, { global }: Invoked, log: Log): World {
  const cwd = kernel.here(getcwd())
  return {
    kernel,
    cwd,
    store: storeDirectory(kernel.here, cwd, global.root, process.env),
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
function report(kernel: Kernel, log: Log, { message, hint }: { message: string; hint: string }): void {
  complain(kernel.here, `bunc: ${message}\n${hint}`)
  try {
    log('error', message)
  } catch (error) {
    complain(kernel.here, `bunc: Cannot write the log: ${failureText(error)}\n`)
  }
}

// exit_group(2) and not process.exit: there is nothing to tidy up, and it saves a fifth of a millisecond.
linux.here(exit(await main(process.argv.slice(2), linux)))

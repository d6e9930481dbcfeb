// From argv to exit code. Whatever happens in between, the user sees one line, the log gets the same line, and nobody
// ever sees a stack trace.

import { exit } from '#ffi/calls/process.ts'
import { getcwd } from '#ffi/calls/namespace.ts'
import { decorated, type Kernel, linux } from '#ffi/perform/kernel.ts'
import { traced } from '#ffi/perform/traced.ts'
import { failureText } from './cli/failure-text.ts'
import { parse } from './cli/parse.ts'
import { storeDirectory } from './cli/paths.ts'
import { runVerbOf } from './cli/run-verb.ts'
import { UsageError } from './cli/usage-error.ts'
import type { Invoked, World } from './cli/verb.ts'
import { log, type LogOptions } from './log.ts'
import { complain, ensureStdio, print } from './output.ts'

/** Exit code of a command that could not do its work; `exec` has one of its own, as runc has. */
const FAILED = 1
const EXEC_FAILED = 255

/** Runs one command line. Gives the exit code. */
async function main(argv: readonly string[], kernel: Kernel): Promise<number> {
  ensureStdio(kernel.here)
  let logging: LogOptions = { file: undefined, format: 'text' }
  let failed = FAILED
  try {
    const invoked = parse(argv)
    logging = { file: invoked.global.log, format: invoked.global.logFormat }
    if (invoked.command === 'exec') failed = EXEC_FAILED
    return await runVerbOf(world(invoked.global.trace ? tracing(kernel) : kernel, invoked, logging), invoked)
  } catch (error) {
    const { message, hint } = failureText(error)
    report(kernel, logging, { message, hint: hint === undefined ? '' : `hint: ${hint}\n` })
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

function world(kernel: Kernel, { global }: Invoked, logging: LogOptions): World {
  const cwd = kernel.here(getcwd())
  return {
    kernel,
    cwd,
    store: storeDirectory(kernel.here, cwd, global.root, process.env),
    print: (text) => print(kernel.here, text),
    warn: (error) => {
      const { message } = failureText(error)
      complain(kernel.here, `bunc: warning: ${message}\n`)
      // Not as an error: engines take the last of those for the reason why the command failed.
      if (global.debug) log(kernel.here, logging, 'warning', message)
    },
  }
}

/** To stderr, and to the log if there is one; a log that cannot be written changes nothing. */
function report(kernel: Kernel, logging: LogOptions, { message, hint }: { message: string; hint: string }): void {
  complain(kernel.here, `bunc: ${message}\n${hint}`)
  try {
    log(kernel.here, logging, 'error', message)
  } catch (error) {
    complain(kernel.here, `bunc: Cannot write the log: ${failureText(error).message}\n`)
  }
}

// exit_group(2) and not process.exit: there is nothing to tidy up, and it saves a fifth of a millisecond.
linux.here(exit(await main(process.argv.slice(2), linux)))

// `bunc ps`.

import { inherited } from '#ffi/perform/here.ts'
import { pipe } from '#ffi/calls/descriptor.ts'
import { decodeText } from '#ffi/kinds.ts'
import { waitPidfd } from '#ffi/calls/process.ts'
import { processes } from '#src/container/processes.ts'
import { Failure } from '#src/failure.ts'
import { readAll } from '#src/files.ts'
import { printable } from '#src/output.ts'
import type { Verb, World } from '../verb.ts'

/** Prints the processes of a container: their pids as JSON, or the lines that ps(1) of the host has for them. */
export const psVerb: Verb<'ps'> = (world, { options, operands }) => {
  const pids = processes(world.kernel, world.store, operands.container)
  if (options.format === 'json') world.print(`${JSON.stringify(pids)}\n`)
  // A process may call itself anything, and not every ps(1) minds.
  else world.print(printable(linesOf(ps(world, operands.args.length > 0 ? operands.args : ['-ef']), pids), '\n\t'))
  return 0
}

/** Keeps the header of a table by ps(1) and the lines of these processes. */
function linesOf(table: string, pids: readonly number[]): string {
  const [header = '', ...lines] = table.split('\n')
  const column = header.trim().split(/\s+/).indexOf('PID')
  if (column < 0) throw new Failure('Cannot find the processes: ps has printed no column PID')
  const wanted = lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[column])))
  return [header, ...wanted, ''].join('\n')
}

/** Runs the host's ps(1), gives what it prints. */
function ps({ kernel }: World, args: readonly string[]): string {
  const { here } = kernel
  const [reading, writing] = here(pipe(['CLOEXEC']))
  using output = reading
  let pidfd: ReturnType<typeof kernel.start>['pidfd']
  {
    using input = writing
    const stdio = [inherited(0, 'stdin'), input, inherited(2, 'stderr')] as const
    pidfd = kernel.start({ path: '/bin/ps', args: ['ps', ...args], env: [], stdio: [...stdio] }).pidfd
  }
  using child = pidfd
  const table = decodeText(readAll(here, output))
  const status = here(waitPidfd(child, ['EXITED']))?.status
  if (status !== 0) throw new Failure(`Cannot find the processes: ps has ended with exit status ${status}`)
  return table
}

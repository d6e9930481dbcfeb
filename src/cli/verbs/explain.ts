// `bunc explain`.

import { readConfig } from '#src/config/config.ts'
import { explainSeccomp, type Verdict } from '#src/container/explain-seccomp.ts'
import { Failure } from '#src/failure.ts'
import { readBundle } from '../create-options.ts'
import { absolute } from '../paths.ts'
import { renderTable } from '../table-output.ts'
import { UsageError } from '../usage-error.ts'
import type { Verb } from '../verb.ts'

const HEADER = ['ARCHITECTURE', 'NUMBER', 'ACTION', 'ERRNO', 'BECAUSE OF']
const MOST_ARGUMENTS = 6

/** Prints what the profile of a bundle makes of a system call, a line for each architecture of this machine. */
export const explainVerb: Verb<'explain'> = (world, { options, operands }) => {
  if (!options.seccomp) throw new UsageError('explain can only be used with --seccomp so far')
  const call = { syscall: operands.syscall, args: numbers(operands.args) }
  const file = `${absolute(world.cwd, operands.bundle)}/config.json`
  const { seccomp } = readConfig(readBundle(world, file)).linux
  if (seccomp === undefined)
    throw new Failure(
      `Cannot explain "${call.syscall}": "${file}" has no linux.seccomp, so that every system call is allowed`,
    )
  const verdicts = explainSeccomp(seccomp, call)
  if (options.json) world.print(`${JSON.stringify(verdicts, null, 2)}\n`)
  else world.print(renderTable([HEADER, ...verdicts.map(row)]))
  return 0
}

function row({ architecture, number, action, errno, because }: Verdict): string[] {
  return [architecture, String(number ?? '-'), action ?? '-', errno ?? '-', because]
}

function numbers(words: readonly string[]): bigint[] {
  if (words.length > MOST_ARGUMENTS) throw new UsageError(`A system call has ${MOST_ARGUMENTS} arguments at most`)
  return words.map((word) => {
    if (!/^-?(0x[0-9a-f]+|\d+)$/i.test(word)) throw new UsageError(`Argument "${word}" is not a number`)
    return word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word)
  })
}

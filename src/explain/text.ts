// An explanation as text for people: a heading for each step, with the line of the config, and the calls below it.

import { isErrno } from '#ffi/errno.ts'
import { printable } from '#src/output.ts'
import { type Paint, plain } from '#src/paint.ts'
import type { Explanation, Step } from './explain.ts'

const WHO = 10
const REST = 'for every container'

/** Takes an explanation, the name of the config's file and who paints, gives the text. */
export function explanationText({ steps, error }: Explanation, file: string, paint: Paint = plain): string {
  const calls = steps.reduce((sum, step) => sum + step.calls.length, 0)
  const end =
    error === undefined
      ? `${calls} system calls`
      : `${calls} system calls, and then: ${paint('fault', printable(error))}`
  return `${[...steps.map((step) => stepText(step, file, paint)), end].join('\n\n')}\n`
}

function stepText({ actions, cause, calls }: Step, file: string, paint: Paint): string {
  const title = printable(actions.length === 0 ? REST : actions.join(': '))
  const place =
    cause === undefined
      ? ''
      : `   ${paint('aside', printable(`[${cause.path}${cause.line === undefined ? '' : `, ${file}:${cause.line}`}]`))}`
  return [`${paint('heading', title)}${place}`, ...calls.map((call) => callText(call, paint))].join('\n')
}

function callText({ where, call, result }: Step['calls'][number], paint: Paint): string {
  const made = printable(`${call} = ${result}`)
  return `  ${paint('aside', who(where))}${isErrno(result) ? paint('bad', made) : made}`
}

/** What bunc does by itself, and what its task does. */
function who(where: string): string {
  return (where === 'here' ? 'bunc' : where).padEnd(WHO)
}

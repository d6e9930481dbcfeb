// An explanation as text for people: a heading for each step, with the line of the config, and the calls below it.

import type { Explanation, Step } from './explain.ts'

const WHO = 10
const REST = 'for every container'

/** Takes an explanation and the name of the config's file, gives the text. */
export function explanationText({ steps, error }: Explanation, file: string): string {
  const calls = steps.reduce((sum, step) => sum + step.calls.length, 0)
  const end = error === undefined ? `${calls} system calls` : `${calls} system calls, and then: ${error}`
  return `${[...steps.map((step) => stepText(step, file)), end].join('\n\n')}\n`
}

function stepText({ actions, cause, calls }: Step, file: string): string {
  const title = actions.length === 0 ? REST : actions.join(': ')
  const place =
    cause === undefined ? '' : `   [${cause.path}${cause.line === undefined ? '' : `, ${file}:${cause.line}`}]`
  return [`${title}${place}`, ...calls.map(({ where, call, result }) => `  ${who(where)}${call} = ${result}`)].join(
    '\n',
  )
}

/** What bunc does by itself, and what its task does. */
function who(where: string): string {
  return (where === 'here' ? 'bunc' : where).padEnd(WHO)
}

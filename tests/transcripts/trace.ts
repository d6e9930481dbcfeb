// A recording as text: who makes which call and what it gives, under headings that say what it is a part of.

import type { Recorded } from '#ffi/perform/record.ts'

const WHO = 12

/** Takes recorded calls, gives the trace. A call belongs to the nearest heading above it that stands further left. */
export function traceText(recorded: readonly Recorded[]): string {
  const lines: string[] = []
  let under: readonly string[] = []
  for (const { where, call, result, actions } of recorded) {
    let said = 0
    while (said < actions.length && actions[said] === under[said]) said += 1
    for (const [depth, action] of actions.entries()) if (depth >= said) lines.push(line('#', depth, action))
    lines.push(line(where, actions.length, `${call} = ${result}`))
    under = actions
  }
  return `${lines.join('\n')}\n`
}

function line(who: string, depth: number, text: string): string {
  return `${who.padEnd(WHO)}${'  '.repeat(depth)}${text}`
}

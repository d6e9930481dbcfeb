// The system calls that `create` would make for a config, each under the step that it is a part of, with the field of the
// config that asks for the step. Nothing is made: the calls are recorded.

import { type Answers, record, type Recorded } from '#ffi/perform/record.ts'
import { SyscallError } from '#ffi/error.ts'
import { create } from '#src/container/create.ts'
import type { CreateOptions } from '#src/container/site.ts'
import { Failure, sentence } from '#src/failure.ts'
import { causeOf } from './causes.ts'
import { linesOf } from './lines.ts'

/** Where in config.json a step comes from. */
export interface Cause {
  readonly path: string
  /** From 1; undefined where the field is absent and its default asks. */
  readonly line: number | undefined
}

/** Calls that belong together, in the order in which they are made. */
export interface Step {
  /** What is being done, outermost first; empty for what every container needs. */
  readonly actions: readonly string[]
  readonly cause: Cause | undefined
  readonly calls: readonly Pick<Recorded, 'where' | 'call' | 'result'>[]
}

/** What `create` would do. */
export interface Explanation {
  readonly steps: readonly Step[]
  /** Why it would end there; undefined where it would succeed. */
  readonly error: string | undefined
}

/** Takes the answers of a host, and what `create` would be told; gives what it would do. */
export function explain(answers: Answers, options: CreateOptions): Explanation {
  const kernel = record(answers)
  let error: string | undefined
  try {
    create(kernel, options)
  } catch (thrown) {
    if (!(thrown instanceof SyscallError || thrown instanceof Failure)) throw thrown
    error = sentence(thrown)
  }
  return { steps: steps(kernel.recorded, linesOf(options.configText)), error }
}

function steps(recorded: readonly Recorded[], lines: ReadonlyMap<string, number>): readonly Step[] {
  const found: { actions: readonly string[]; cause: Cause | undefined; calls: Recorded[] }[] = []
  for (const one of recorded) {
    // The first is "create container", which all of them are a part of.
    const actions = one.actions.slice(1)
    const last = found.at(-1)
    if (last !== undefined && same(last.actions, actions)) last.calls.push(one)
    else found.push({ actions, cause: causeIn(actions, lines), calls: [one] })
  }
  return found.map(({ actions, cause, calls }) => ({
    actions,
    cause,
    calls: calls.map(({ where, call, result }) => ({ where, call, result })),
  }))
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((action, i) => action === b[i])
}

/** The innermost action that a field asks for. */
function causeIn(actions: readonly string[], lines: ReadonlyMap<string, number>): Cause | undefined {
  for (const action of actions.toReversed()) {
    const path = causeOf(action)
    if (path !== undefined) return { path, line: lines.get(path) }
  }
  return undefined
}

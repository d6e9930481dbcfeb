// A kernel that only writes down, for tests of what is asked of it and in which order. Calls are answered by name.

import type { Call, TaskSys } from '#ffi/call.ts'
import { type Answers, record, type RecordingKernel } from '#ffi/perform/record.ts'
import type { Task } from '#ffi/perform/kernel.ts'

/** What calls of one name give: a value, or a function from the call. */
export type Script = Readonly<Record<string, unknown>>

/** A recording of one task. */
export interface Recording {
  readonly kernel: RecordingKernel
  readonly task: Task
  readonly sys: TaskSys
  /** The calls of the task so far: `call`, or `call = result` where the result is worth reading. Without numbers. */
  calls(): string[]
  /** The calls of every process so far, each behind its process. */
  all(): string[]
}

/** Takes the answers, gives a kernel with one task. */
export function recording(script: Script = {}): Recording {
  const answers: Answers = (_, call) => answerOf(script, call)
  const kernel = record(answers)
  const task = kernel.task({ namespaces: [] })
  const born = kernel.recorded.length
  const shown = () =>
    kernel.recorded.slice(born).map(({ where, call, result }) => ({ where, line: line(call, result) }))
  return {
    kernel,
    task,
    sys: task.sys,
    calls: () =>
      shown()
        .filter(({ where }) => where !== 'here')
        .map((recorded) => recorded.line),
    all: () => shown().map((recorded) => `${recorded.where}: ${recorded.line}`),
  }
}

function answerOf(script: Script, call: Call<unknown>): unknown {
  const answer = script[call.name]
  return typeof answer === 'function' ? answer(call) : answer
}

/** A call without the numbers of descriptors, and its result unless it is only that it succeeded. */
function line(call: string, result: string): string {
  const named = call.replaceAll(/\b\d+</g, '<')
  return result === '0' || /^\d+<.*>$/.test(result) ? named : `${named} = ${result}`
}

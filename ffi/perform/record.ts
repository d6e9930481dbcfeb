// Writes calls down instead of performing them: dry runs, golden transcripts, tests without privilege. What a call would
// have given is answered by whoever records: a transcript of `create` needs a config file to be read, after all.

import type { Call, Sys, TaskSys } from '../call.ts'
import { Fd, type FdOwner } from '../fd.ts'
import { absent, opened } from './here.ts'
import type { Kernel, Task } from './kernel.ts'

/** One recorded line: who would have made the call, the call, and what it was said to give. */
export interface Recorded {
  readonly where: string
  readonly call: string
  readonly result: string
}

/** Takes a call that must give a value, gives that value; undefined when the record has nothing to say about it. */
export type Answers = (where: string, call: Call<unknown>) => unknown

/** A kernel that performs nothing. `recorded` grows as calls are made. */
export interface RecordingKernel extends Kernel {
  readonly recorded: readonly Recorded[]
}

/** Takes the answers to calls that give values, gives a kernel that writes everything down. */
export function record(answers: Answers): RecordingKernel {
  const recorded: Recorded[] = []
  let pid = 100
  let fd = 3
  const performer = (where: string): { sys: TaskSys; owner: FdOwner } => {
    const owner: FdOwner = {
      where,
      flush: () => {},
      close: (closed) => void recorded.push({ where, call: `close(${closed})`, result: '0' }),
    }
    const perform = <R>(call: Call<R>): R => {
      if (call.operands().some((operand) => operand instanceof Fd && operand.missing)) return absent(call, owner)
      const given = answers(where, call)
      const result =
        call.result.kind === 'descriptor' && given !== 'missing'
          ? opened<R>(new Fd(owner, call.label(), fd++))
          : (given as R)
      recorded.push({ where, call: call.show(), result: given === 'missing' ? 'missing' : call.result.show(result) })
      return given === 'missing' ? absent(call, owner) : result
    }
    const all = <R>(calls: readonly Call<R>[]) => calls.map((call) => perform(call))
    return { sys: Object.assign(perform, { all, flush: () => {} }), owner }
  }
  const ours: Sys = performer('here').sys

  return {
    recorded,
    here: ours,
    task: (birth) => {
      recorded.push({
        where: 'here',
        call: `clone3(${birth.namespaces.map((name) => `CLONE_${name}`).join('|')})`,
        result: `${++pid}`,
      })
      return recordedTask(pid, performer, recorded)
    },
    start: (program) => {
      recorded.push({ where: 'here', call: `start(${JSON.stringify(program.args)})`, result: `${++pid}` })
      return { pid, pidfd: new Fd(performer('here').owner, `process ${pid}`, fd++) }
    },
  }
}

function recordedTask(
  first: number,
  performer: (where: string) => { sys: TaskSys; owner: FdOwner },
  recorded: Recorded[],
): Task {
  let pid = first
  let { sys, owner } = performer(`task ${pid}`)
  const pidfd = new Fd(performer('here').owner, `process ${pid}`, 0, true)
  return {
    get sys() {
      return sys
    },
    get pid() {
      return pid
    },
    pidfd,
    inherit: (fd) => new Fd(owner, fd.label, fd.number, true),
    standard: (number) => new Fd(owner, ['stdin', 'stdout', 'stderr'][number] ?? `inherited ${number}`, number, true),
    fork: () => {
      recorded.push({ where: `task ${pid}`, call: 'fork()', result: `${pid + 1}` })
      pid += 1
      ;({ sys, owner } = performer(`task ${pid}`))
    },
    become: () => ({ pid, pidfd }),
    [Symbol.dispose]: () => {},
  }
}

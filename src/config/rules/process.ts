// The rules of `process`, which `exec --process` obeys as well.

import { shown } from '../shown.ts'
import type { Process, Scheduler } from '../schema/process.ts'
import { each, eachKey, problem, type Rule } from '../rule.ts'
import { isAbsolute, isNumberList } from './text.ts'

const args: Rule<Process> = {
  name: 'process.args names a program',
  spec: 'config.md#process',
  reads: ['args'],
  check: ({ args }) => (args.length > 0 ? [] : problem(['args'], 'is empty')),
}

const cwd: Rule<Process> = {
  name: 'process.cwd is absolute',
  spec: 'config.md#process',
  reads: ['cwd'],
  check: ({ cwd }) => (isAbsolute(cwd) ? [] : problem(['cwd'], `${shown(cwd)} is not an absolute path`)),
}

const env: Rule<Process> = {
  name: 'process.env holds NAME=value',
  spec: 'config.md#process',
  reads: ['env'],
  check: ({ env }) =>
    each(env, (variable, index) =>
      variable.indexOf('=') > 0 ? [] : problem(['env', index], `${shown(variable)} is not of the form NAME=value`),
    ),
}

const consoleSize: Rule<Process> = {
  name: 'process.consoleSize fits struct winsize',
  spec: 'config.md#process',
  reads: ['consoleSize', 'terminal'],
  // Without a terminal the specification wants the size ignored, however odd.
  check({ consoleSize, terminal }) {
    if (!terminal || consoleSize === undefined) return []
    return [...side('height', consoleSize.height), ...side('width', consoleSize.width)]
  },
}

function side(name: string, length: number) {
  return length <= 0xffff ? [] : problem(['consoleSize', name], `${length} is more than 65535`)
}

const rlimits: Rule<Process> = {
  name: 'process.rlimits limits each resource once, the soft limit below the hard one',
  spec: 'config.md#posix-process',
  reads: ['rlimits'],
  check: ({ rlimits }) =>
    each(rlimits, ({ type, soft, hard }, index) => [
      ...(rlimits.findIndex((other) => other.type === type) === index
        ? []
        : problem(['rlimits', index, 'type'], `${shown(type)} is listed twice`)),
      ...(soft <= hard ? [] : problem(['rlimits', index, 'soft'], `${soft} is above the hard limit ${hard}`)),
    ]),
}

const scheduler: Rule<Process> = {
  name: 'process.scheduler has the parameters of its policy',
  spec: 'config.md#linux-process',
  reads: ['scheduler'],
  check({ scheduler }) {
    if (scheduler === undefined) return []
    const found = [...niceness(scheduler), ...priority(scheduler), ...deadline(scheduler)]
    return found.map((one) => ({ ...one, path: `scheduler.${one.path}` }))
  },
}

function niceness({ policy, nice }: Scheduler) {
  if (nice < -20 || nice > 19) return problem(['nice'], `${nice} is not an integer from -20 to 19`)
  const heeds = policy === 'SCHED_OTHER' || policy === 'SCHED_BATCH'
  return nice === 0 || heeds ? [] : problem(['nice'], `${policy} has no nice value`)
}

function priority({ policy, priority }: Scheduler) {
  const realtime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR'
  if (!realtime) return priority === 0 ? [] : problem(['priority'], `${policy} has no priority`)
  return priority >= 1 && priority <= 99 ? [] : problem(['priority'], `${priority} is not an integer from 1 to 99`)
}

/** sched(7): runtime <= deadline <= period, and a period of 0 stands for the deadline. */
function deadline({ policy, runtime, deadline, period }: Scheduler) {
  if (policy !== 'SCHED_DEADLINE') {
    const given = Object.entries({ runtime, deadline, period }).filter(([, time]) => time !== 0n)
    return given.flatMap(([name]) => problem([name], `${policy} has no ${name}`))
  }
  if (runtime === 0n) return problem(['runtime'], 'SCHED_DEADLINE needs a runtime')
  if (runtime > deadline) return problem(['runtime'], `${runtime} is more than the deadline ${deadline}`)
  if (period !== 0n && deadline > period) return problem(['deadline'], `${deadline} is more than the period ${period}`)
  return []
}

const execCPUAffinity: Rule<Process> = {
  name: 'process.execCPUAffinity lists CPUs',
  spec: 'config.md#linux-process',
  reads: ['execCPUAffinity'],
  check: ({ execCPUAffinity }) =>
    eachKey(execCPUAffinity, (moment, cpus) =>
      isNumberList(cpus) ? [] : problem(['execCPUAffinity', moment], `${shown(cpus)} is not a list of CPUs as "0-3,7"`),
    ),
}

export const processRules: readonly Rule<Process>[] = [args, cwd, env, consoleSize, rlimits, scheduler, execCPUAffinity]

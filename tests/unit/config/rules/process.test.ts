/** The rules of `process`: what breaks each of them, and what does not. */

import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { parseJsonExactly } from '#src/config/json.ts'
import { rulesOf } from '#src/config/rule.ts'
import { processRules } from '#src/config/rules/process.ts'
import { processSchema } from '#src/config/schema/process.ts'
import { changed, type Change } from '#tests/support/config-text.ts'

const DEADLINE = { policy: 'SCHED_DEADLINE', runtime: 10, deadline: 20, period: 30 }

const BROKEN: readonly (readonly [change: Change, ...complaints: string[]])[] = [
  [{ args: [] }, 'args: is empty'],
  [{ cwd: '' }, 'cwd: "" is not an absolute path'],
  [{ cwd: 'home' }, 'cwd: "home" is not an absolute path'],
  [{ env: ['A=1', 'B'] }, 'env[1]: "B" is not of the form NAME=value'],
  [{ env: ['=1'] }, 'env[0]: "=1" is not of the form NAME=value'],
  [{ env: ['X', ''] }, 'env[0]: "X" is not of the form NAME=value', 'env[1]: "" is not of the form NAME=value'],
  [{ terminal: true, consoleSize: { height: 1, width: 65536 } }, 'consoleSize.width: 65536 is more than 65535'],
  [
    {
      rlimits: [
        { type: 'RLIMIT_CPU', soft: 1, hard: 1 },
        { type: 'RLIMIT_CPU', soft: 1, hard: 1 },
      ],
    },
    'rlimits[1].type: "RLIMIT_CPU" is listed twice',
  ],
  [{ rlimits: [{ type: 'RLIMIT_CPU', soft: 3, hard: 2 }] }, 'rlimits[0].soft: 3 is above the hard limit 2'],
  [{ scheduler: { policy: 'SCHED_OTHER', nice: 20 } }, 'scheduler.nice: 20 is not an integer from -20 to 19'],
  [
    { scheduler: { policy: 'SCHED_DEADLINE', nice: 1, runtime: 1, deadline: 1 } },
    'scheduler.nice: SCHED_DEADLINE has no nice value',
  ],
  [{ scheduler: { policy: 'SCHED_OTHER', priority: 1 } }, 'scheduler.priority: SCHED_OTHER has no priority'],
  [{ scheduler: { policy: 'SCHED_FIFO' } }, 'scheduler.priority: 0 is not an integer from 1 to 99'],
  [{ scheduler: { policy: 'SCHED_RR', priority: 100 } }, 'scheduler.priority: 100 is not an integer from 1 to 99'],
  [
    { scheduler: { policy: 'SCHED_OTHER', runtime: 1, period: 2 } },
    'scheduler.runtime: SCHED_OTHER has no runtime',
    'scheduler.period: SCHED_OTHER has no period',
  ],
  [{ scheduler: { policy: 'SCHED_DEADLINE' } }, 'scheduler.runtime: SCHED_DEADLINE needs a runtime'],
  [{ scheduler: { ...DEADLINE, runtime: 21 } }, 'scheduler.runtime: 21 is more than the deadline 20'],
  [{ scheduler: { ...DEADLINE, period: 19 } }, 'scheduler.deadline: 20 is more than the period 19'],
  [{ execCPUAffinity: { initial: '3-1' } }, 'execCPUAffinity.initial: "3-1" is not a list of CPUs as "0-3,7"'],
  [{ execCPUAffinity: { final: '0,,1' } }, 'execCPUAffinity.final: "0,,1" is not a list of CPUs as "0-3,7"'],
]

const KEPT: readonly Change[] = [
  {},
  { env: ['A=', 'B==', 'A=2'] },
  { consoleSize: { height: 70000, width: 1 } },
  { terminal: true, consoleSize: { height: 65535, width: 1 } },
  { rlimits: [{ type: 'RLIMIT_CPU', soft: 2, hard: 2 }] },
  { scheduler: DEADLINE },
  { scheduler: { ...DEADLINE, period: 0 } },
  { scheduler: { policy: 'SCHED_DEADLINE', runtime: 5, deadline: 5, period: 5 } },
  { scheduler: { policy: 'SCHED_OTHER', nice: 19 } },
  { scheduler: { policy: 'SCHED_BATCH', nice: -20 } },
  { scheduler: { policy: 'SCHED_RR', priority: 99 } },
  { execCPUAffinity: { initial: '0-3, 7', final: '' } },
]

function found(change: Change): readonly string[] {
  const text = JSON.stringify(changed({ args: ['true'], cwd: '/' }, change))
  const process = v.parse(processSchema, parseJsonExactly(text, 'process.json'))
  return rulesOf(processRules)(process, []).map(({ path, message }) => `${path}: ${message}`)
}

for (const [change, ...complaints] of BROKEN)
  test(`a process that breaks a rule is told: ${complaints.join('; ')}`, () => {
    expect(found(change)).toEqual(complaints)
  })

for (const change of KEPT)
  test(`a process with ${JSON.stringify(change)} breaks no rule`, () => {
    expect(found(change)).toEqual([])
  })

// What of the config changes how the kernel treats a process, as calls.

import { expect, test } from 'bun:test'

import { readProcess } from '#src/config/config.ts'
import { setAffinity, setDomain, setPriorities } from '#src/process/scheduling.ts'
import { recording, type Script } from '../recording.ts'

const processWith = (fields: object) => readProcess(JSON.stringify({ cwd: '/', args: ['a'], ...fields }))

function prioritised(fields: object, script: Script = {}): string[] {
  const { kernel, all } = recording(script)
  setPriorities(kernel.here, 12, processWith(fields))
  return all()
}

test('a scheduler and an I/O priority are set from outside, by pid', () => {
  const scheduler = { policy: 'SCHED_BATCH', nice: 5, flags: ['SCHED_FLAG_RESET_ON_FORK'] }
  expect(prioritised({ scheduler, ioPriority: { class: 'IOPRIO_CLASS_IDLE' } })).toEqual([
    'here: ioprio_set(WHO_PROCESS, 12, IDLE:0)',
    'here: sched_setattr(12, {BATCH, RESET_ON_FORK, nice=5, priority=0, 0/0/0})',
  ])
})

test('the times of a deadline scheduler are those of the config', () => {
  const scheduler = { policy: 'SCHED_DEADLINE', runtime: 1_000_000, deadline: 2_000_000, period: 3_000_000 }
  expect(prioritised({ scheduler })).toEqual([
    'here: sched_setattr(12, {DEADLINE, 0, nice=0, priority=0, 1000000/2000000/3000000})',
  ])
})

test('nothing is asked for where nothing is given', () => {
  expect(prioritised({})).toEqual([])
  const { kernel, sys, all } = recording()
  setDomain(sys, {})
  setAffinity(kernel.here, 12, 'x', '')
  expect(all()).toEqual([])
})

test('an error names the field', () => {
  const refuse = () =>
    prioritised({ scheduler: { policy: 'SCHED_FIFO', priority: 1 } }, { sched_setattr: { refused: 'EPERM' } })
  expect(refuse).toThrow(expect.objectContaining({ actions: ['set process.scheduler to SCHED_FIFO'] }))
})

test('the execution domain and the memory policy are set by the task itself', () => {
  const { sys, calls } = recording()
  setDomain(sys, {
    personality: { domain: 'LINUX32', flags: [] },
    memoryPolicy: { mode: 'MPOL_PREFERRED', nodes: '1', flags: ['MPOL_F_STATIC_NODES'] },
  })
  expect(calls()).toEqual(['personality(LINUX32)', 'set_mempolicy(PREFERRED|STATIC_NODES, [2 0 0 0 0 0 0 0])'])
})

test('affinity is set by pid', () => {
  const { kernel, all } = recording()
  setAffinity(kernel.here, 12, 'process.execCPUAffinity.final', '1')
  expect(all()).toEqual(['here: sched_setaffinity(12, 0x0000000000000002)'])
})

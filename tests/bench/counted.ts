// bunc, uncompiled, with a counter at the one function through which this process makes system calls. Runs one command
// and writes the counts; a command of its own process, because what is made at first use belongs to each of them.
//
//   bun counted.ts FILE ARGUMENT...

import { writeFileSync } from 'node:fs'

import { Arena } from '#ffi/arena.ts'
import { native } from '#ffi/executor/native.ts'
import { counters } from '#ffi/perform/task.ts'
import { linux } from '#ffi/perform/linux.ts'
import { parse } from '#src/cli/parse.ts'
import { runVerbOf } from '#src/cli/run-verb.ts'
import type { Counts } from './counts.ts'

const [file = '', ...argv] = Bun.argv.slice(2)
const invoked = parse(argv)

let here = 0
const { perform } = native
native.perform = (request, reply) => {
  here += 1
  perform(request, reply)
}

let opened = 0
const { add } = Arena.prototype
Arena.prototype.add = function (call, reference) {
  if (call.result.kind === 'descriptor') opened += 1
  return add.call(this, call, reference)
}

const warn = (error: unknown): void => {
  throw error
}
const world = { kernel: linux, cwd: '/', store: invoked.global.root ?? '/run/bunc', print: () => {}, warn }
process.exitCode = await runVerbOf(world, invoked)
const counts: Counts = { roundTrips: counters.roundTrips, inTasks: counters.calls, here, opened }
writeFileSync(file, JSON.stringify(counts))

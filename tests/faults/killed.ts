// bunc, uncompiled, which kills itself (SIGKILL) at the n-th moment of one command: before a system call of its own,
// around the birth of a task, around a round trip. Without that many moments it runs to its end and says how many.
//
//   bun killed.ts N FILE ARGUMENT...

import { writeFileSync } from 'node:fs'

import { linux } from '#ffi/perform/linux.ts'
import { parse } from '#src/cli/parse.ts'
import { runVerbOf } from '#src/cli/run-verb.ts'
import { observe } from './interpose.ts'

const [nth = '', file = '', ...argv] = Bun.argv.slice(2)
const invoked = parse(argv)
const { root = '/run/bunc' } = invoked.global
const moments: string[] = []

observe((event) => {
  moments.push(event)
  if (moments.length === Number(nth)) process.kill(process.pid, 'SIGKILL')
})

const warn = (error: unknown): never => {
  throw error
}
process.exitCode = await runVerbOf({ kernel: linux, cwd: '/', store: root, print: () => {}, warn }, invoked)
writeFileSync(file, JSON.stringify(moments))

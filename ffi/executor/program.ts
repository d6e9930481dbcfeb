// The program of the executor, once for both architectures: it performs batches of system calls and knows nothing else.
// `start` is the life of a task; `perform`, `hand`, `watch` and `spawn` are the functions that bunc calls in its own
// process. docs/executor.md shows the finished listing; tests/unit/ffi/executor holds it as a golden file.

import type { Assembler } from './assembler.ts'
import { ANY_ERRNO, ENTRY, REPLY, REQUEST, SKIPPED, TASK_REPLY, TASK_REQUEST } from './layout.ts'

/** The system calls that the program itself makes, by their number on its architecture. */
export interface ProgramCalls {
  readonly clone3: number
  readonly close: number
  readonly exit_group: number
  readonly futex: number
  readonly mmap: number
  readonly rt_sigreturn: number
  readonly write: number
}

const PROT_READ = 1
const PROT_READ_WRITE = 3
const MAP_SHARED_FIXED = 0x11
// Not FUTEX_PRIVATE: the words lie in memory that two processes share.
const FUTEX_WAIT = 0
const FUTEX_WAKE = 1
/** Exit status of a task that could not map its arena, or could not become a task at all. */
const BROKEN = 127
/** Exit status of a task that could not execute its program; what runc's has. */
const EXEC_FAILED = 255

/** Writes the whole program into an assembler. */
export function writeProgram(asm: Assembler, calls: ProgramCalls): void {
  writeStart(asm, calls)
  writeBatch(asm, calls)
  writePerform(asm)
  writeExchange(asm, calls)
  writeSpawn(asm, calls)
  writeSignalled(asm, calls)
}

/** A task: map the arena, then wait for a batch, perform it, report it, for ever. */
function writeStart(asm: Assembler, calls: ProgramCalls): void {
  asm.label('start')
  mapArea(asm, calls, { at: TASK_REQUEST, size: REQUEST.size, protection: PROT_READ, offset: 0 })
  asm.move('request', 'result', 'read-only here: bunc alone writes requests')
  mapArea(asm, calls, { at: TASK_REPLY, size: REPLY.size, protection: PROT_READ_WRITE, offset: REQUEST.size })
  asm.move('reply', 'result', 'written by the task, therefore never trusted by bunc')
  asm.loadWord('a0', 'arena', 'the mapping stays, the descriptor must not')
  system(asm, calls.close, 'close')
  asm.set('seen', 0, 'no batch so far')

  asm.label('idle')
  asm.loadAcquire('temp', 'request', 'turn of the newest batch')
  asm.jumpIfEqual('temp', 'seen', 'rest', 'nothing new')
  asm.move('seen', 'temp', '')
  asm.call('batch', '')
  asm.load(32, 'temp', { base: 'request', offset: REQUEST.last }, 'is it the last batch?')
  asm.jumpIfZero('temp', 'reported', 'bunc waits for this batch')
  asm.shiftLeft('temp', 3, 'yes, and it has come back: a call has failed')
  asm.add('temp', 'reply', 'k + 1 names entry k, whose result lies 8 bytes below')
  asm.load(64, 'a0', { base: 'temp', offset: REPLY.results - 8 }, 'whoever reads there')
  asm.move('a1', 'slot', 'gets the result that ended the batch')
  asm.set('a2', 8, 'bytes')
  system(asm, calls.write, 'write')
  asm.set('a0', EXEC_FAILED, 'exit status')
  exit(asm, calls)
  asm.label('reported')
  asm.storeRelease('seen', 'reply', 'after every result: this batch is done')
  wake(asm, calls, 'reply')
  asm.jump('idle', '')

  asm.label('rest')
  asm.load(32, 'index', { base: 'request', offset: REQUEST.spins }, 'bunc says how long to spin')
  asm.label('spin')
  asm.jumpIfZero('index', 'sleep', 'long enough')
  asm.add('index', -1, '')
  asm.pause('')
  asm.loadAcquire('temp', 'request', 'turn of the newest batch')
  asm.jumpIfEqual('temp', 'seen', 'spin', '')
  asm.jump('idle', '')
  asm.label('sleep')
  asm.move('a0', 'request', 'the turn')
  asm.set('a1', FUTEX_WAIT, 'FUTEX_WAIT')
  asm.move('a2', 'seen', 'returns at once if the turn has changed since')
  asm.set('a3', 0, 'no time limit: PR_SET_PDEATHSIG ends an orphan')
  system(asm, calls.futex, 'futex')
  asm.jump('idle', '')

  asm.label('arena')
  asm.word(0, 'descriptor of the arena, filled in for each task')
}

/** mmap of one area of the arena at its fixed address; a task without its arena exits. */
function mapArea(
  asm: Assembler,
  calls: ProgramCalls,
  area: { at: number; size: number; protection: number; offset: number },
): void {
  const [name, protection] =
    area.protection === PROT_READ ? ['request', 'PROT_READ'] : ['reply', 'PROT_READ|PROT_WRITE']
  asm.set('a0', area.at, `the ${name} area: its address`)
  asm.set('a1', area.size, 'its size')
  asm.set('a2', area.protection, protection)
  asm.set('a3', MAP_SHARED_FIXED, 'MAP_SHARED|MAP_FIXED')
  asm.loadWord('a4', 'arena', 'descriptor of the arena')
  asm.set('a5', area.offset, 'where in it the area begins')
  system(asm, calls.mmap, 'mmap')
  asm.jumpIfNegative('result', 'broken', 'no arena, no task')
}

/** The heart: goes through the entries of the request area and fills in the results of the reply area. */
export function writeBatch(asm: Assembler, calls: Pick<ProgramCalls, 'exit_group'>): void {
  asm.label('batch')
  asm.set('index', 0, 'how many entries were looked at')
  asm.move('entry', 'request', '')
  asm.add('entry', REQUEST.entries, 'the first entry')
  asm.move('slot', 'reply', '')
  asm.add('slot', REPLY.results, 'where the result of the entry goes')

  asm.label('next')
  asm.load(32, 'temp', { base: 'request', offset: REQUEST.count }, 'how many entries there are')
  asm.jumpIfEqual('index', 'temp', 'end', 'all of them were looked at')
  asm.add('index', 1, '')
  for (const i of [0, 1, 2, 3, 4, 5] as const) writeArgument(asm, i)
  asm.load(32, 'number', { base: 'entry', offset: ENTRY.number }, 'number of the system call')
  asm.systemCall('the one this is all about')
  asm.jumpIfNegative('result', 'failed', '')
  asm.load(8, 'temp', { base: 'entry', offset: ENTRY.flags }, 'is it a fork?')
  asm.jumpIfZero('temp', 'keep', 'no')
  asm.jumpIfZero('result', 'advance', 'the child of a fork: CLONE_PARENT_SETTID has kept the pid')
  asm.set('a0', 0, 'the parent of a fork is done')
  exit(asm, calls)

  asm.label('failed')
  asm.store(64, 'result', { base: 'slot', offset: 0 }, '−errno')
  asm.load(16, 'temp', { base: 'entry', offset: ENTRY.tolerated }, 'the first harmless errno')
  asm.set('a1', ANY_ERRNO, '')
  asm.jumpIfEqual('temp', 'a1', 'advance', 'any failure is harmless')
  asm.add('temp', 'result', 'the result is −errno')
  asm.jumpIfZero('temp', 'advance', 'this failure is harmless')
  asm.load(16, 'temp', { base: 'entry', offset: ENTRY.tolerated + 2 }, 'the second harmless errno')
  asm.add('temp', 'result', '')
  asm.jumpIfZero('temp', 'advance', 'this one too')
  asm.jump('end', 'the batch stops here')

  asm.label('skip')
  asm.set('result', SKIPPED, 'what no call returns')
  asm.label('keep')
  asm.store(64, 'result', { base: 'slot', offset: 0 }, 'what the call returned')
  asm.label('advance')
  asm.add('entry', ENTRY.size, 'the next entry')
  asm.add('slot', 8, 'and its result')
  asm.jump('next', '')
  asm.label('end')
  asm.store(32, 'index', { base: 'reply', offset: REPLY.done }, 'the last entry that was looked at, counted from 1')
  asm.back('')
}

/** Argument i: as it stands in the entry, or the result of an earlier entry; a failed one skips this entry. */
function writeArgument(asm: Assembler, i: 0 | 1 | 2 | 3 | 4 | 5): void {
  const argument = `a${i}` as const
  asm.load(64, argument, { base: 'entry', offset: ENTRY.args + 8 * i }, `argument ${i}`)
  asm.load(8, 'temp', { base: 'entry', offset: ENTRY.references + i }, 'or does it name an entry?')
  asm.jumpIfZero('temp', `literal${i}`, 'no: it is what stands there')
  asm.shiftLeft('temp', 3, '')
  asm.add('temp', 'reply', 'k + 1 names entry k, whose result lies 8 bytes below')
  asm.load(64, argument, { base: 'temp', offset: REPLY.results - 8 }, 'that result')
  asm.jumpIfNegative(argument, 'skip', 'there is none')
  asm.label(`literal${i}`)
}

/** void perform(request, reply): one batch in the calling process. */
function writePerform(asm: Assembler): void {
  asm.label('perform')
  asm.enter('called from C')
  asm.move('request', 'p0', 'request area')
  asm.move('reply', 'p1', 'reply area')
  asm.call('batch', '')
  asm.leave('')
}

/**
 * void hand(request, turn): hands a batch to a task.
 * u32 watch(request, turn, reply, timeout): spins, then sleeps at most once; gives the turn of the reply as it is then.
 */
function writeExchange(asm: Assembler, calls: ProgramCalls): void {
  const parameters = () => {
    asm.enter('called from C')
    asm.move('request', 'p0', 'request area')
    asm.move('seen', 'p1', 'turn')
  }
  asm.label('hand')
  parameters()
  asm.storeRelease('seen', 'request', 'after every entry: a new batch is there')
  wake(asm, calls, 'request')
  asm.leave('')

  asm.label('watch')
  parameters()
  asm.move('reply', 'p2', 'reply area')
  asm.move('slot', 'p3', 'address of the time limit')
  asm.load(32, 'index', { base: 'request', offset: REQUEST.spins }, 'how long to spin')
  asm.label('looking')
  asm.loadAcquire('temp', 'reply', 'turn of the batch that is done')
  asm.jumpIfEqual('temp', 'seen', 'answered', 'it is this one')
  asm.jumpIfZero('index', 'doze', 'long enough')
  asm.add('index', -1, '')
  asm.pause('')
  asm.jump('looking', '')
  asm.label('doze')
  asm.move('a2', 'temp', 'returns at once if the reply has changed since')
  asm.move('a0', 'reply', 'the turn')
  asm.set('a1', FUTEX_WAIT, 'FUTEX_WAIT')
  asm.move('a3', 'slot', 'a time limit: the task may be dead')
  system(asm, calls.futex, 'futex')
  asm.label('answered')
  asm.loadAcquire('result', 'reply', 'the turn, for the caller to compare')
  asm.leave('')
}

/**
 * i64 spawn(clone_args, size, request, reply): clone3 with CLONE_VM and CLONE_VFORK; the child performs the batch,
 * whose last entry is an execveat, on the stack of the parent, which sleeps meanwhile and whose frames lie above.
 */
function writeSpawn(asm: Assembler, calls: ProgramCalls): void {
  asm.label('spawn')
  asm.enter('called from C')
  asm.move('request', 'p2', 'request area of the child')
  asm.move('reply', 'p3', 'its reply area')
  asm.move('a0', 'p0', '')
  asm.move('a1', 'p1', '')
  system(asm, calls.clone3, 'clone3')
  asm.jumpIfZero('result', 'born', 'in the child')
  asm.leave('the pid, or −errno')
  asm.label('born')
  asm.call('batch', '')
  asm.label('broken')
  asm.set('a0', BROKEN, 'the batch has come back: its execveat failed')
  exit(asm, calls)
}

/**
 * void signalled(number): a signal handler. It writes the number as one byte into a pipe, for bunc to find when it polls:
 * on whichever thread of Bun's the signal arrives, and without a word of JavaScript.
 */
function writeSignalled(asm: Assembler, calls: ProgramCalls): void {
  asm.label('signalled')
  asm.address('a1', 'numbers', 'p0 is the signal')
  asm.add('a1', 'p0', 'the byte whose value is the number')
  asm.loadWord('a0', 'signals', 'descriptor of the pipe')
  asm.set('a2', 1, 'byte')
  system(asm, calls.write, 'write')
  asm.back('')
  asm.label('restore')
  system(asm, calls.rt_sigreturn, 'rt_sigreturn: x86-64 has no such code of its own')
  asm.label('signals')
  asm.word(0, 'descriptor of the pipe, filled in when signals are caught')
  asm.label('numbers')
  for (let n = 0; n < 64; n += 4) asm.word(n | ((n + 1) << 8) | ((n + 2) << 16) | ((n + 3) << 24), '')
}

/** futex(word, WAKE, 1). */
function wake(asm: Assembler, calls: ProgramCalls, word: 'request' | 'reply'): void {
  asm.move('a0', word, 'the turn')
  asm.set('a1', FUTEX_WAKE, 'FUTEX_WAKE')
  asm.set('a2', 1, 'one waiter')
  system(asm, calls.futex, 'futex')
}

/** Ends the process, whose exit status is in its register: where a seccomp profile refuses that, by a signal. */
export function exit(asm: Assembler, calls: Pick<ProgramCalls, 'exit_group'>): void {
  system(asm, calls.exit_group, 'exit_group')
  asm.trap('a profile that allows nothing')
}

/** Makes one system call, whose arguments are in their registers. */
export function system(asm: Assembler, number: number, name: string): void {
  asm.set('number', number, name)
  asm.systemCall('')
}

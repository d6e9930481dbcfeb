// The program with which a process goes to sleep, and with which another one wakes up in its place. Both halves are a batch
// of the executor: the sleeper's reads from a pipe until its memory is copied, the waker's maps the copy. x86-64 alone:
// the others keep the thread's pointer in a register that no system call sets.

import type { AssemblerX64 } from '../executor/assembler-x64.ts'
import { REPLY, REQUEST } from '../executor/layout.ts'
import { exit, system, writeBatch } from '../executor/program.ts'
import { COLD, SNAPSHOT } from './layout.ts'
import { type LoaderCalls, writeLoader, writeToEnvironment } from './loader.ts'
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ_WRITE } from './numbers.ts'
import { type PrefaultCalls, writePrefault } from './prefault.ts'

/** For the results of a batch of as many entries as the segment has room for. */
const REPLY_SIZE = 0x2000
const BROKEN = 127

/** The system calls that it makes itself. */
type WakeCalls = LoaderCalls & PrefaultCalls

/** Writes the whole program into an assembler; its request area is what comes after the label `request`. */
export function writeSnapshotProgram(asm: AssemblerX64, calls: WakeCalls): void {
  writeStart(asm)
  writeLoader(asm, calls)
  writeWake(asm, calls)
  writeBatch(asm, calls)
  writeSuspend(asm)
  writeProcessor(asm)
  writeWords(asm)
}

/** Where the executable begins: is there a snapshot, and is it for this machine and wanted? */
function writeStart(asm: AssemblerX64): void {
  asm.label('start')
  asm.address('request', 'request', '')
  asm.load(32, 'temp', { base: 'request', offset: REQUEST.count }, 'is there a snapshot?')
  asm.jumpIfZero('temp', 'cold', 'no')

  writeToEnvironment(asm)
  asm.address('a2', 'unwanted', '')
  asm.label('variable')
  asm.load(64, 'temp', { base: 'entry', offset: 0 }, '')
  asm.jumpIfZero('temp', 'wanted', 'that was the last one')
  asm.add('entry', 8, 'the next variable')
  asm.load(64, 'a0', { base: 'temp', offset: 0 }, 'each is followed by another, or by the name of the file and NULs')
  asm.load(64, 'a1', { base: 'a2', offset: 0 }, '')
  asm.jumpIfEqual('a0', 'a1', 'perhaps', '')
  asm.jump('variable', '')
  asm.label('perhaps')
  asm.load(32, 'a0', { base: 'temp', offset: 8 }, 'the rest of it')
  asm.load(32, 'a1', { base: 'a2', offset: 8 }, '')
  asm.jumpIfEqual('a0', 'a1', 'cold', 'the snapshot is not wanted')
  asm.jump('variable', '')

  asm.label('wanted')
  asm.call('processor', 'libc and Bun have chosen their code by it')
  asm.load(64, 'temp', { base: 'request', offset: SNAPSHOT.processor }, '')
  asm.jumpIfEqual('result', 'temp', 'wake', 'as it was')
}

/** Becomes the process that sleeps. */
function writeWake(asm: AssemblerX64, calls: WakeCalls): void {
  asm.label('wake')
  asm.set('a0', 0, 'memory for results: its address')
  asm.set('a1', REPLY_SIZE, 'its size')
  asm.set('a2', PROT_READ_WRITE, 'PROT_READ|PROT_WRITE')
  asm.set('a3', MAP_PRIVATE | MAP_ANONYMOUS, 'MAP_PRIVATE|MAP_ANONYMOUS')
  asm.set('a4', -1, 'no file')
  asm.set('a5', 0, '')
  system(asm, calls.mmap, 'mmap')
  asm.jumpIfNegative('result', 'cold', '')
  asm.move('reply', 'result', '')
  asm.call('batch', 'the memory of the process that sleeps takes the place of this one')
  asm.load(32, 'temp', { base: 'reply', offset: REPLY.done }, 'entries gone through')
  asm.load(32, 'a0', { base: 'request', offset: REQUEST.count }, 'of so many; the last of them cannot fail')
  asm.jumpIfEqual('temp', 'a0', 'complete', '')
  asm.load(32, 'a0', { base: 'request', offset: SNAPSHOT.sure }, '')
  asm.add('temp', -1, 'those that have succeeded')
  asm.negate('a0', '')
  asm.add('temp', 'a0', '')
  asm.jumpIfNegative('temp', 'cold', 'an address is taken, a policy refuses: nothing is lost')
  asm.set('a0', BROKEN, 'neither the one process nor the other')
  exit(asm, calls)
  asm.label('complete')
  writePrefault(asm, calls)
  asm.load(64, 'temp', { base: 'request', offset: SNAPSHOT.started }, '')
  asm.storeStack({ base: 'temp', offset: 0 }, 'arguments and environment are there')
  asm.load(64, 'temp', { base: 'request', offset: SNAPSHOT.wake }, '')
  asm.loadStack({ base: 'request', offset: SNAPSHOT.stack }, '')
  asm.jumpTo('temp', 'to `woken`, in `suspend`')
}

/** void suspend(request, reply): performs a batch that is waited for outside; another process goes on at `woken`. */
function writeSuspend(asm: AssemblerX64): void {
  asm.label('suspend')
  asm.enter('called from C')
  asm.move('request', 'p0', 'request area')
  asm.move('reply', 'p1', 'reply area')
  asm.storeStack({ base: 'request', offset: SNAPSHOT.stack }, 'what `leave` will need')
  asm.call('batch', '')
  asm.label('woken')
  asm.leave('')
}

/** u64 processor(): a digest of what the processor can do and the system lets it. */
function writeProcessor(asm: AssemblerX64): void {
  const fold = (register: 'slot' | 'temp' | 'a2' | 'number') => {
    asm.shiftLeft('entry', 1, '')
    asm.exclusiveOr('entry', register, '')
  }
  asm.label('processor')
  asm.enter('called from C, and from `start`')
  asm.set('entry', 0, 'the digest')
  asm.set('number', 1, 'leaf 1')
  asm.set('temp', 0, '')
  asm.identify('SSE, AVX, …')
  fold('temp')
  fold('a2')
  asm.set('number', 7, 'leaf 7')
  asm.set('temp', 0, '')
  asm.identify('AVX2, AVX-512, …')
  fold('slot')
  fold('temp')
  fold('a2')
  asm.set('temp', 0, '')
  asm.enabledStates('wide registers are of use where the system saves them')
  fold('number')
  asm.move('result', 'entry', '')
  asm.leave('')
}

function writeWords(asm: AssemblerX64): void {
  asm.label('unwanted')
  const text = new DataView(new ArrayBuffer(12))
  new TextEncoder().encodeInto(COLD, new Uint8Array(text.buffer))
  for (const at of [0, 4, 8]) asm.word(text.getUint32(at, true), at === 0 ? `"${COLD}"` : '')
  asm.label('request')
}

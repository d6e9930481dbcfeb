// Stands between bunc and the kernel, below every performer: at the few functions of machine code by which this process
// hands batches over. So what fails here fails where it would in life, in the middle of a batch and in ffi's own code too,
// and `failing` (ffi/perform/failing.ts), which refuses a call as it is queued, would miss both.

import { read, toArrayBuffer } from 'bun:ffi'
import type { SyscallName } from '#ffi/call.ts'
import { ANY_ERRNO, ENTRY, REPLY, REQUEST } from '#ffi/executor/layout.ts'
import { native } from '#ffi/executor/native.ts'
import { MACHINE } from '#ffi/machine.ts'
import { ARM64 } from '#ffi/numbers/arm64.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { X64 } from '#ffi/numbers/x64.ts'

/** A system call that is about to be made. */
export interface Imminent {
  readonly name: string
  /** Which errnos its caller has declared harmless; undefined where all are, or where bunc decides when it sees them. */
  readonly harmless: readonly number[]
  /** Whether nobody waits for it: it stands in the last batch of a task. */
  readonly last: boolean
}

/** Asked before each call; gives 0, or the errno with which it is to fail in place of being made. */
export type Judge = (call: Imminent) => number

/** Told at each exchange with a task, and at the birth of one. */
export type Witness = (event: 'call' | 'birth' | 'batch') => void

const NUMBERS: Readonly<Record<SyscallName, number>> = MACHINE === 'x64' ? X64 : ARM64
const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]))

function numberAt(address: number, offset: number): number {
  return read.u32(pointer(address), offset)
}

/** Bun's type of addresses is a branded number, which only a check can give. */
function pointer(address: number): Parameters<typeof read.u32>[0] {
  if (isPointer(address)) return address
  throw new RangeError(`Cannot look at the address ${address}`)
}

function isPointer(address: number): address is Parameters<typeof read.u32>[0] & number {
  return address > 0
}

function memory(address: number, offset: number, size: number): DataView {
  return new DataView(toArrayBuffer(pointer(address), offset, size))
}

function entryOf(request: number, index: number): DataView {
  return memory(request, REQUEST.entries + index * ENTRY.size, ENTRY.size)
}

function nameIn(entry: DataView): string {
  const number = entry.getUint32(ENTRY.number, true)
  return NAMES.get(number) ?? `call ${number}`
}

/** A call that the kernel refuses with ENOMEM, whoever makes it: a mapping larger than any address space. */
function refuse(entry: DataView): void {
  entry.setUint32(ENTRY.number, NUMBERS.mmap, true)
  for (let i = 0; i < 6; i++) {
    entry.setUint8(ENTRY.references + i, 0)
    entry.setBigUint64(ENTRY.args + 8 * i, IMPOSSIBLE[i] ?? 0n, true)
  }
}

/** mmap(NULL, 2^62, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) */
const IMPOSSIBLE = [0n, 2n ** 62n, 0n, 0x22n, 2n ** 64n - 1n, 0n]

/** The entry of a batch that was spoilt, and the errno that it is to have failed with. */
interface Spoilt {
  readonly index: number
  readonly errno: number
}

/** Asks about each entry of a batch, spoils the first that is to fail. */
function spoil(request: number, judge: Judge): Spoilt | undefined {
  const last = numberAt(request, REQUEST.last) !== 0
  const count = numberAt(request, REQUEST.count)
  for (let index = 0; index < count; index++) {
    const entry = entryOf(request, index)
    const tolerated = [0, 2].map((at) => entry.getUint16(ENTRY.tolerated + at, true))
    // What is harmless whatever it is: nothing can come of it.
    if (tolerated[0] === ANY_ERRNO) continue
    const errno = judge({ name: nameIn(entry), harmless: tolerated, last })
    if (errno === 0) continue
    refuse(entry)
    return { index, errno }
  }
  return undefined
}

/** Puts the errno that was asked for in the place of the one that the kernel has given. */
function correct(reply: number, { index, errno }: Spoilt): void {
  const result = memory(reply, REPLY.results + 8 * index, 8)
  if (result.getBigInt64(0, true) === BigInt(-ERRNO.ENOMEM)) result.setBigInt64(0, BigInt(-errno), true)
}

/** From now on `judge` is asked about every system call of this process and of its tasks. */
export function interpose(judge: Judge): void {
  const { perform, spawn, hand, watch } = native
  let spoilt: Spoilt | undefined
  native.perform = (request, reply) => {
    const name = nameIn(entryOf(request, 0))
    const errno = judge({ name, harmless: [], last: false })
    if (errno === 0 || name === 'close') perform(request, reply)
    if (errno === 0) return
    memory(reply, REPLY.results, 8).setBigInt64(0, BigInt(-errno), true)
    memory(reply, REPLY.done, 4).setUint32(0, 1, true)
  }
  native.spawn = (cloneArgs, size, request, reply) => {
    const errno = judge({ name: 'clone3', harmless: [], last: false })
    if (errno !== 0) return -errno
    const bad = spoil(request, judge)
    const pid = spawn(cloneArgs, size, request, reply)
    if (bad !== undefined) correct(reply, bad)
    return pid
  }
  native.hand = (request, turn) => {
    spoilt = spoil(request, judge)
    hand(request, turn)
  }
  native.watch = (request, turn, reply, timeout) => {
    const seen = watch(request, turn, reply, timeout)
    if (seen === turn && spoilt !== undefined) correct(reply, spoilt)
    return seen
  }
}

/** From now on `witness` is told before every system call of this process, every birth and every batch of a task. */
export function observe(witness: Witness): void {
  const { perform, spawn, hand } = native
  native.perform = (request, reply) => {
    witness('call')
    perform(request, reply)
  }
  native.spawn = (cloneArgs, size, request, reply) => {
    witness('birth')
    const pid = spawn(cloneArgs, size, request, reply)
    witness('birth')
    return pid
  }
  native.hand = (request, turn) => {
    witness('batch')
    hand(request, turn)
    witness('batch')
  }
}

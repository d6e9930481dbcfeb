// How a snapshot is taken, in parts: which memory of a process is copied, what libc must forget, and how the executable
// gets a segment more. That the result works, tests/container/snapshot.test.ts shows.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { aligned } from '#src/snapshot/alignment.ts'
import { NEVER_COMPILED, practising, withoutEnginePrefixOnX64 } from '#src/snapshot/engine.ts'
import {
  entryOf,
  loaderOf,
  memoryStart,
  original,
  programHeaders,
  snapshotOf,
  withProgram,
} from '#src/snapshot/image.ts'
import { joined, regionsOf, runsOf, Sleeper } from '#src/snapshot/memory.ts'
import { haveWaited, otherThreads, threadOf } from '#src/snapshot/threads.ts'
import { forget, functionsOf } from '#src/snapshot/vdso.ts'
import { readElf } from '#ffi/elf.ts'
import { memfdCreate } from '#ffi/calls/descriptor.ts'
import { write } from '#ffi/calls/file.ts'
import { mapMemory, mapShared } from '#ffi/libc.ts'
import { MACHINE } from '#ffi/machine.ts'
import { here } from '#ffi/perform/here.ts'
import { ELF_LAYOUT, ELF_SECTIONS, PF_X, PT_INTERP, PT_LOAD, PT_NOTE, PT_NULL, PT_PHDR } from '#ffi/numbers/elf.ts'
import { HEADERS_OFFSET, PROGRAM_AT, PROGRAM_SIZE } from '#ffi/snapshot/layout.ts'
import { HUGE_PAGE, PAGE } from '#ffi/snapshot/numbers.ts'

test('mappings are read with their names, those of the kernel left out', () => {
  const maps = [
    '00200000-01a39000 r--p 00000000 fe:00 5311964                            /usr/bin/a name',
    '2aaaaaaea000-2aaaaaaeb000 rwxp 00000000 00:00 0 ',
    '7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]',
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
  ].join('\n')
  expect(regionsOf(maps).map(({ from, access, name }) => [from, access, name])).toEqual([
    [0x200000, 'r--p', '/usr/bin/a name'],
    [0x2aaaaaaea000, 'rwxp', ''],
    [0x7ffffffde000, 'rw-p', '[stack]'],
  ])
})

test('pages are copied that were written, and not those that hold zeros', () => {
  const memory = mapMemory(8 * PAGE)
  const bytes = memory.view(0, 8 * PAGE)
  for (const page of [1, 2, 5]) bytes[page * PAGE] = 1
  bytes[6 * PAGE] = 0
  using sleeper = new Sleeper(here, process.pid)
  const region = { from: memory.address, to: memory.address + 8 * PAGE, access: 'rw-p', name: '' }
  expect(sleeper.ownPages(region).map(({ from, size }) => [(from - memory.address) / PAGE, size / PAGE])).toEqual([
    [1, 2],
    [5, 1],
  ])
  expect(sleeper.read(memory.address + PAGE, 1)[0]).toBe(1)
})

test('gaps are closed that cost less than a mapping, and those to the ends of a region', () => {
  const region = { from: 100, to: 200, access: 'rw-p', name: '' }
  const runs = (...places: readonly (readonly [number, number])[]) =>
    joined(
      places.map(([from, to]) => ({ from, size: to - from, region })),
      10,
    ).map(({ from, size }) => [from, from + size])
  expect(runs()).toEqual([])
  expect(runs([120, 130])).toEqual([[120, 130]])
  expect(runs([110, 190])).toEqual([[100, 200]])
  expect(runs([111, 120], [130, 140], [151, 189])).toEqual([
    [111, 140],
    [151, 189],
  ])
  expect(runs([100, 101], [190, 200])).toEqual([
    [100, 101],
    [190, 200],
  ])
})

test('pages that follow each other are asked for together', () => {
  const pages = (...numbers: readonly number[]) => numbers.map((number) => number * PAGE)
  expect(runsOf([])).toEqual([])
  expect(runsOf(pages(1, 2, 3, 7, 9, 10)).map(({ from, size }) => [from / PAGE, size / PAGE])).toEqual([
    [1, 3],
    [7, 1],
    [9, 2],
  ])
})

test('a page that nobody may read reads as zeros', () => {
  using file = here(memfdCreate('file', ['CLOEXEC']))
  here(write(file, new Uint8Array(PAGE).fill(7)))
  // Behind the end of a file, as in the guard of a stack.
  const { address } = mapShared(file.number, 3 * PAGE)
  using sleeper = new Sleeper(here, process.pid)
  const bytes = sleeper.read(address, 2 * PAGE + 8)
  expect([bytes.length, bytes[PAGE - 1], bytes[PAGE]]).toEqual([2 * PAGE + 8, 7, 0])
})

test('of a file, the pages are copied that are no longer those of the file', () => {
  using sleeper = new Sleeper(here, process.pid)
  const code = sleeper.regions().find(({ access, name }) => access === 'r-xp' && name.includes('/libc'))
  expect(code).toBeDefined()
  if (code !== undefined) expect(sleeper.ownPages(code)).toEqual([])
})

test('threads are seen by their names', () => {
  // The engine has some, whatever it does.
  expect(otherThreads(here, process.pid).map(({ name }) => name)).toContain('JSCWarmUp')
})

test('threads have waited where none has done anything between two looks', () => {
  const waiting = threadOf(
    'Name:\ta name\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t1\n',
  )
  expect(waiting).toEqual({ name: 'a name', waits: true, switches: '7 1' })
  const running = threadOf(
    'Name:\ta name\nState:\tR (running)\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t1\n',
  )
  expect(haveWaited([waiting], [waiting])).toBe(true)
  expect(haveWaited([], [])).toBe(true)
  expect(haveWaited([running], [running])).toBe(false)
  expect(haveWaited([waiting], [{ ...waiting, switches: '8 1' }])).toBe(false)
  expect(haveWaited([], [waiting])).toBe(false)
})

test('who practises compiles what is called, and obeys the options that it is given', () => {
  const factor = (value: number) => Buffer.from(Float32Array.of(value).buffer)
  const { find, replace } = withoutEnginePrefixOnX64()
  const bytes = Buffer.concat([Buffer.from('before'), factor(NEVER_COMPILED), replace, Buffer.from('after')])
  expect(practising(bytes)).toEqual(Buffer.concat([Buffer.from('before'), factor(0.1), find, Buffer.from('after')]))
  expect(bytes.indexOf(factor(NEVER_COMPILED))).toBe(6)
  expect(() => practising(Buffer.from(replace))).toThrow('Cannot patch when functions are compiled: found nowhere')
})

test('the functions that the kernel maps are found, and forgotten', () => {
  using sleeper = new Sleeper(here, process.pid)
  const vdso = sleeper.regions().find(({ name }) => name === '[vdso]')
  expect(vdso).toBeDefined()
  if (vdso === undefined) return
  const functions = [...functionsOf(sleeper.read(vdso.from, vdso.to - vdso.from), vdso.from)]
  expect(functions.length).toBeGreaterThan(3)
  expect(functions.every((at) => at > vdso.from && at < vdso.to)).toBe(true)
  const memory = Buffer.alloc(24)
  memory.writeBigUInt64LE(functions[0] ?? 0n, 8)
  memory.writeBigUInt64LE(1n, 16)
  forget(memory, new Set(functions))
  expect([...new BigUint64Array(memory.buffer, memory.byteOffset, 3)]).toEqual([0n, 0n, 1n])
})

/** An ELF executable with program headers of these types, and nothing else. */
function executable(...types: readonly number[]): Buffer {
  const image = Buffer.alloc(64 + 56 * types.length)
  image.writeBigUInt64LE(0x1234n, 24)
  image.writeBigUInt64LE(64n, 32)
  image.writeUInt16LE(56, 54)
  image.writeUInt16LE(types.length, 56)
  for (const [i, type] of types.entries()) {
    image.writeUInt32LE(type, 64 + 56 * i)
    image.writeBigUInt64LE(BigInt(0x20_0000 + type), 64 + 56 * i + 16)
  }
  return image
}

test('the segment takes the place of the notes, and begins first', () => {
  const before = executable(PT_LOAD, PT_NOTE, PT_PHDR, PT_INTERP)
  const segment = new Uint8Array(PROGRAM_SIZE).fill(0x90)
  const image = withProgram(before, segment, [new Uint8Array([1, 2, 3])])
  expect([entryOf(before), entryOf(image)]).toEqual([0x1234, PROGRAM_AT])
  const header = 64 + 56
  expect([image.readUInt32LE(header), image.readUInt32LE(header + 4)]).toEqual([1, 5])
  const at = Number(image.readBigUInt64LE(header + 8))
  expect([at, image[at], at + PROGRAM_SIZE]).toEqual([PAGE, 0x90, memoryStart(before.length)])
  expect(image.subarray(memoryStart(before.length))).toEqual(Buffer.from([1, 2, 3]))
})

test('the kernel finds no loader, and ld.so finds its name where it is told to look', () => {
  const before = executable(PT_PHDR, PT_LOAD, PT_INTERP, PT_NOTE)
  const image = withProgram(before, new Uint8Array(PROGRAM_SIZE), [])
  expect(loaderOf(before)).toBe(0x20_0003)
  const types = (at: number) => [0, 1, 2, 3].map((i) => image.readUInt32LE(at + 56 * i))
  expect(types(64)).toEqual([PT_PHDR, PT_LOAD, PT_NULL, PT_LOAD])
  const kept = memoryStart(before.length) - PROGRAM_SIZE + HEADERS_OFFSET
  expect(types(kept)).toEqual([PT_PHDR, PT_LOAD, PT_INTERP, PT_NOTE])
  expect(original(image).subarray(0, before.length)).toEqual(before)
  // From the difference of this address and its own, ld.so learns where the executable lies: where it says.
  expect(image.readBigUInt64LE(kept + 16)).toBe(BigInt(PROGRAM_AT + HEADERS_OFFSET))
})

test('an executable without a header to spare is refused', () => {
  const segment = new Uint8Array(PROGRAM_SIZE)
  const without = executable(PT_PHDR, PT_INTERP, PT_LOAD)
  expect(() => withProgram(without, segment, [])).toThrow(`the executable has no header of type ${PT_NOTE}`)
})

test('whether there is a snapshot, or could be one, is seen in the first bytes', () => {
  const runtime = readFileSync(process.execPath)
  expect(snapshotOf(Buffer.from('#!/bin/sh'.padEnd(4096)))).toBeUndefined()
  if (MACHINE !== 'x64' || readElf(runtime)?.loader?.includes('ld-linux') !== true) return
  expect(snapshotOf(runtime.subarray(0, 4096))).toBe('possible')
  expect(snapshotOf(withProgram(runtime, new Uint8Array(PROGRAM_SIZE), []).subarray(0, 4096))).toBe('taken')
})

test('the code lies in the file as in memory, and all that is loaded is where its header says', () => {
  const runtime = readFileSync(process.execPath)
  const image = aligned(runtime)
  const { flags, offset, vaddr, filesz } = ELF_LAYOUT[64]
  const loaded = (file: Buffer) =>
    programHeaders(file)
      .filter((at) => file.readUInt32LE(at) === PT_LOAD)
      .map((at) => {
        const start = Number(file.readBigUInt64LE(at + offset))
        // The first page has the headers, which differ.
        const from = start === 0 ? PAGE : start
        return {
          code: file.readUInt32LE(at + flags) & PF_X,
          way: (Number(file.readBigUInt64LE(at + vaddr)) - start) % HUGE_PAGE,
          hash: Bun.hash(file.subarray(from, start + Number(file.readBigUInt64LE(at + filesz)))),
        }
      })
  expect(loaded(image).filter(({ code }) => code)).toMatchObject([{ way: 0 }])
  expect(loaded(image).map(({ hash }) => hash)).toEqual(loaded(runtime).map(({ hash }) => hash))
  // Once is enough; and where there is no code, there is nothing to move.
  expect(aligned(image)).toBe(image)
  const without = executable(PT_LOAD, PT_NOTE)
  expect(aligned(without)).toBe(without)
})

test('the headers of sections move along', () => {
  const runtime = readFileSync(process.execPath)
  const names = (file: Buffer) => {
    const header = (i: number) => Number(file.readBigUInt64LE(ELF_SECTIONS.table)) + i * ELF_SECTIONS.size
    const start = Number(file.readBigUInt64LE(header(file.readUInt16LE(ELF_SECTIONS.count + 2)) + ELF_SECTIONS.offset))
    return Array.from({ length: file.readUInt16LE(ELF_SECTIONS.count) }, (_, i) => {
      const at = start + file.readUInt32LE(header(i))
      return file.toString('latin1', at, file.indexOf(0, at))
    })
  }
  expect(names(runtime)).toContain('.text')
  expect(names(aligned(runtime))).toEqual(names(runtime))
})

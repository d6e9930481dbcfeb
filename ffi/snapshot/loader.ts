// How the executable begins without its snapshot. It names no loader to the kernel (PT_INTERP of elf(5)), for a copy has
// no use for one: what ld.so did for the process that sleeps is in its memory. Whoever begins anew loads ld.so here, as the
// kernel would have: maps its segments, and tells it by getauxval(3) where it lies and where it goes on.

import type { AssemblerX64 } from '../executor/assembler-x64.ts'
import { exit, system } from '../executor/program.ts'
import { ELF_LAYOUT, PT_LOAD } from '../numbers/elf.ts'
import type { X64 } from '../numbers/x64.ts'
import { HEADERS_OFFSET, PROGRAM_AT, SNAPSHOT } from './layout.ts'
import {
  AT_FDCWD,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  O_CLOEXEC,
  PAGE,
  PROT_NONE,
  PROT_READ_WRITE,
} from './numbers.ts'

/** The system calls that it makes. */
export type LoaderCalls = Pick<typeof X64, 'close' | 'exit_group' | 'mmap' | 'openat' | 'read' | 'write'>

const ELF = ELF_LAYOUT[64]
const HEADER_SIZE = 56
/** For the headers of ld.so; nobody else writes below the stack pointer. */
const BUFFER_SIZE = 2048
/** a_type of getauxval(3): where the program headers lie, where ld.so lies, where it goes on. */
const AUXILIARY = { AT_PHDR: 3, AT_BASE: 7, AT_ENTRY: 9 } as const
const STDERR = 2
const BROKEN = 127
/** In whole words of the program: a multiple of four bytes. */
const COMPLAINT = 'bunc: Cannot load ld.so\n'

/** Writes it, from the label `cold` on, which is reached with the stack as the kernel has made it. */
export function writeLoader(asm: AssemblerX64, calls: LoaderCalls): void {
  asm.label('cold')
  asm.address('request', 'request', '')
  asm.set('a0', AT_FDCWD, 'AT_FDCWD')
  asm.load(64, 'a1', { base: 'request', offset: SNAPSHOT.loader }, 'the path of ld.so')
  asm.set('a2', O_CLOEXEC, 'O_RDONLY|O_CLOEXEC')
  system(asm, calls.openat, 'openat')
  asm.jumpIfNegative('result', 'missing', '')
  asm.move('seen', 'result', 'its descriptor')
  asm.stackTo('reply', '')
  asm.add('reply', -BUFFER_SIZE, 'its headers')
  asm.move('a0', 'seen', '')
  asm.move('a1', 'reply', '')
  asm.set('a2', BUFFER_SIZE, 'bytes, of which it has headers in half')
  system(asm, calls.read, 'read')
  asm.jumpIfNegative('result', 'missing', '')
  writeReserve(asm, calls)
  writeSegments(asm, calls)
  asm.move('a0', 'seen', '')
  system(asm, calls.close, 'close')
  writeBegin(asm)

  asm.label('missing')
  asm.set('a0', STDERR, 'stderr')
  asm.address('a1', 'complaint', '')
  asm.set('a2', COMPLAINT.length, 'bytes')
  system(asm, calls.write, 'write')
  asm.set('a0', BROKEN, 'as a shell says that there is no such program')
  exit(asm, calls)
  asm.label('complaint')
  const text = new DataView(new TextEncoder().encode(COMPLAINT).buffer)
  for (let at = 0; at < text.byteLength; at += 4) asm.word(text.getUint32(at, true), '')
}

/** Goes through the headers of segments: `body` finds the header in `slot`, and may use all but `index`. */
function eachSegment(asm: AssemblerX64, name: string, body: () => void): void {
  asm.load(16, 'index', { base: 'reply', offset: ELF.phnum }, 'how many headers it has')
  asm.load(64, 'slot', { base: 'reply', offset: ELF.phoff }, 'where the first one is')
  asm.add('slot', 'reply', '')
  asm.label(name)
  asm.load(32, 'temp', { base: 'slot', offset: 0 }, 'p_type')
  asm.set('a0', PT_LOAD, 'PT_LOAD')
  asm.jumpIfEqual('temp', 'a0', `${name}One`, 'a segment')
  asm.jump(`${name}Next`, '')
  asm.label(`${name}One`)
  body()
  asm.label(`${name}Next`)
  asm.add('slot', HEADER_SIZE, '')
  asm.add('index', -1, '')
  asm.jumpIfZero('index', `${name}Done`, '')
  asm.jump(name, '')
  asm.label(`${name}Done`)
}

/** Takes as much memory as its segments span; they are in order, and the first one begins at 0. */
function writeReserve(asm: AssemblerX64, calls: LoaderCalls): void {
  eachSegment(asm, 'span', () => {
    asm.load(64, 'a1', { base: 'slot', offset: ELF.vaddr }, '')
    asm.load(64, 'temp', { base: 'slot', offset: ELF.memsz }, '')
    asm.add('a1', 'temp', 'where it ends')
  })
  asm.set('a0', 0, 'wherever there is room')
  asm.set('a2', PROT_NONE, 'PROT_NONE')
  asm.set('a3', MAP_PRIVATE | MAP_ANONYMOUS, 'MAP_PRIVATE|MAP_ANONYMOUS')
  asm.set('a4', -1, 'no file')
  asm.set('a5', 0, '')
  system(asm, calls.mmap, 'mmap')
  asm.jumpIfNegative('result', 'missing', '')
  asm.move('request', 'result', 'where it lies')
}

/** Maps each segment, zeros behind what the file has of it. */
function writeSegments(asm: AssemblerX64, calls: LoaderCalls): void {
  eachSegment(asm, 'segment', () => {
    asm.load(64, 'a0', { base: 'slot', offset: ELF.vaddr }, '')
    asm.mask('a0', -PAGE, 'its first page')
    asm.load(64, 'a1', { base: 'slot', offset: ELF.vaddr }, '')
    asm.load(64, 'temp', { base: 'slot', offset: ELF.filesz }, '')
    asm.add('a1', 'temp', 'where the file ends')
    asm.move('temp', 'a0', '')
    asm.negate('temp', '')
    asm.add('a1', 'temp', 'how much that is from the first page on')
    asm.add('a0', 'request', '')
    writeProtection(asm)
    asm.set('a3', MAP_PRIVATE | MAP_FIXED, 'MAP_PRIVATE|MAP_FIXED')
    asm.move('a4', 'seen', 'its descriptor')
    asm.load(64, 'a5', { base: 'slot', offset: ELF.offset }, '')
    asm.mask('a5', -PAGE, '')
    system(asm, calls.mmap, 'mmap')
    asm.jumpIfNegative('result', 'missing', '')
    writeZeros(asm, calls)
  })
}

/** PF_X, PF_W and PF_R are 1, 2 and 4; PROT_READ, PROT_WRITE and PROT_EXEC are. */
function writeProtection(asm: AssemblerX64): void {
  asm.load(32, 'a2', { base: 'slot', offset: ELF.flags }, 'p_flags')
  asm.move('temp', 'a2', '')
  asm.mask('temp', 1, 'PF_X')
  asm.shiftLeft('temp', 2, 'PROT_EXEC')
  asm.move('a3', 'a2', '')
  asm.mask('a3', 4, 'PF_R')
  asm.shiftRight('a3', 2, 'PROT_READ')
  asm.mask('a2', 2, 'PF_W, PROT_WRITE')
  asm.add('a2', 'temp', '')
  asm.add('a2', 'a3', '')
}

function writeZeros(asm: AssemblerX64, calls: LoaderCalls): void {
  asm.load(64, 'a1', { base: 'slot', offset: ELF.memsz }, '')
  asm.load(64, 'temp', { base: 'slot', offset: ELF.filesz }, '')
  asm.jumpIfEqual('a1', 'temp', 'segmentNext', 'the file has it all')
  asm.load(64, 'entry', { base: 'slot', offset: ELF.vaddr }, '')
  asm.add('entry', 'request', '')
  asm.add('a1', 'entry', 'where it ends')
  asm.move('a0', 'temp', '')
  asm.add('a0', 'entry', 'where the file ends')
  asm.move('entry', 'a0', '')
  asm.add('entry', PAGE - 1, '')
  asm.mask('entry', -PAGE, 'where its last page ends')
  asm.move('temp', 'a0', '')
  asm.negate('temp', '')
  asm.add('temp', 'entry', 'bytes up to there')
  asm.set('result', 0, '')
  asm.fill('are zeros')
  asm.move('temp', 'entry', '')
  asm.negate('temp', '')
  asm.add('a1', 'temp', 'bytes on pages of their own')
  asm.jumpIfZero('a1', 'segmentNext', 'none')
  asm.jumpIfNegative('a1', 'segmentNext', 'none')
  asm.move('a0', 'entry', '')
  asm.set('a2', PROT_READ_WRITE, 'PROT_READ|PROT_WRITE')
  asm.set('a3', MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, 'MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS')
  asm.set('a4', -1, 'no file')
  asm.set('a5', 0, '')
  system(asm, calls.mmap, 'mmap')
  asm.jumpIfNegative('result', 'missing', '')
}

/** Tells it by the auxiliary vector what it has to know, and jumps to it. */
function writeBegin(asm: AssemblerX64): void {
  asm.load(64, 'seen', { base: 'reply', offset: ELF.entry }, 'e_entry')
  asm.add('seen', 'request', 'where it begins')
  asm.address('slot', 'request', '')
  asm.load(64, 'slot', { base: 'slot', offset: SNAPSHOT.entry }, 'where Bun begins')
  writeToEnvironment(asm)
  asm.set('index', PROGRAM_AT + HEADERS_OFFSET, 'where its name is among the headers')
  asm.label('environment')
  asm.load(64, 'temp', { base: 'entry', offset: 0 }, '')
  asm.add('entry', 8, '')
  asm.jumpIfZero('temp', 'auxiliary', 'behind the last variable')
  asm.jump('environment', '')
  asm.label('auxiliary')
  asm.load(64, 'temp', { base: 'entry', offset: 0 }, 'a_type of getauxval(3)')
  asm.jumpIfZero('temp', 'told', 'AT_NULL')
  writeTold(asm, 'AT_PHDR', 'index')
  writeTold(asm, 'AT_BASE', 'request')
  writeTold(asm, 'AT_ENTRY', 'slot')
  asm.add('entry', 16, '')
  asm.jump('auxiliary', '')
  asm.label('told')
  asm.set('p2', 0, 'nothing to call at the end of the process')
  asm.jumpTo('seen', 'with the stack as it was')
}

/** Puts a register into an entry of the auxiliary vector whose type is in `temp`, if it is that type. */
function writeTold(asm: AssemblerX64, type: keyof typeof AUXILIARY, value: 'index' | 'request' | 'slot'): void {
  asm.set('a0', AUXILIARY[type], type)
  asm.jumpIfEqual('temp', 'a0', type, '')
  asm.jump(`after_${type}`, '')
  asm.label(type)
  asm.store(64, value, { base: 'entry', offset: 8 }, '')
  asm.label(`after_${type}`)
}

/** Has `entry` point to where the addresses of the variables begin: behind argc, those of the words, and NULL. */
export function writeToEnvironment(asm: AssemblerX64): void {
  asm.stackTo('entry', 'argc, argv, NULL, environment, NULL, auxiliary vector')
  asm.load(64, 'index', { base: 'entry', offset: 0 }, 'argc')
  asm.shiftLeft('index', 3, '')
  asm.add('entry', 'index', '')
  asm.add('entry', 16, 'the first variable')
}

// Compares machine code with what a disassembler says of it: both are brought to one spelling, instruction by instruction.
// Knows how objdump writes the few instructions that the executor is made of, and nothing else.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Line } from '#ffi/executor/assembler.ts'
import type { MachineName } from './listing.ts'

/** A program whose instructions are to be compared. */
export interface Assembled {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lines: readonly Line[]
  /** The offset of a label. */
  offsetOf(label: string): number
}

/** An instruction on both sides, in the same spelling. */
export interface Compared {
  readonly ours: string
  readonly theirs: string
}

const ARCHITECTURES = {
  x64: { arguments: ['-m', 'i386:x86-64', '-M', 'intel'], nop: [0x90, 0x90, 0x90, 0x90], packages: 'binutils' },
  arm64: { arguments: ['-m', 'aarch64'], nop: [0x1f, 0x20, 0x03, 0xd5], packages: 'binutils-aarch64-linux-gnu' },
} as const

/** Programs that can disassemble an architecture, the best first. */
const PROGRAMS = {
  x64: ['objdump', 'x86_64-linux-gnu-objdump'],
  arm64: ['aarch64-linux-gnu-objdump', 'objdump'],
} as const

/** The disassembler for an architecture; undefined where the host has none. */
export function disassemblerFor(machine: MachineName): string | undefined {
  return PROGRAMS[machine].find((program) => {
    if (Bun.which(program) === null) return false
    const known = Bun.spawnSync([program, '--info']).stdout.toString()
    return known.includes(machine === 'x64' ? 'elf64-x86-64' : 'littleaarch64')
  })
}

/** What a test that needs the disassembler says where it is missing. */
export function missingDisassembler(machine: MachineName): string {
  return `no objdump for ${machine} is installed (apt-get install ${ARCHITECTURES[machine].packages})`
}

/** Gives both sides of every instruction. */
export function compare(machine: MachineName, program: Assembled): Compared[] {
  const theirs = disassembled(machine, program)
  return program.lines
    .filter(({ text }) => !text.startsWith('.word'))
    .map(({ offset, text, bytes }) => {
      const found = theirs.get(offset)
      const length = found?.length === bytes.length ? '' : ` (${found?.length ?? 'no'} bytes)`
      return {
        ours: `${hex(offset)} ${SPELLING[machine].ours(text, program)}`,
        theirs: `${hex(offset)} ${SPELLING[machine].theirs(found?.text ?? 'nothing')}${length}`,
      }
    })
}

/** Runs objdump; gives the text and the length of the instruction at each offset. */
function disassembled(
  machine: MachineName,
  { bytes, lines }: Assembled,
): Map<number, { text: string; length: number }> {
  const code = bytes.slice()
  // Data between the instructions would be taken for some.
  for (const { offset, text } of lines) if (text.startsWith('.word')) code.set(ARCHITECTURES[machine].nop, offset)
  const directory = mkdtempSync(join(tmpdir(), 'bunc-test-executor-'))
  try {
    writeFileSync(join(directory, 'code'), code)
    const flags = ['-D', '-w', '-z', '-b', 'binary', ...ARCHITECTURES[machine].arguments]
    const { stdout, stderr, success } = Bun.spawnSync([
      disassemblerFor(machine) ?? 'objdump',
      ...flags,
      join(directory, 'code'),
    ])
    if (!success) throw new Error(`Cannot disassemble: ${stderr.toString()}`)
    return parsed(stdout.toString())
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function parsed(output: string): Map<number, { text: string; length: number }> {
  const found = new Map<number, { text: string; length: number }>()
  for (const line of output.split('\n')) {
    const [, offset, bytes, text] = /^\s*([0-9a-f]+):\t([0-9a-f ]+)\t(.*)$/.exec(line) ?? []
    if (offset === undefined || bytes === undefined || text === undefined) continue
    found.set(parseInt(offset, 16), { text, length: bytes.replaceAll(' ', '').length / 2 })
  }
  return found
}

interface Spelling {
  ours(text: string, program: Assembled): string
  theirs(text: string): string
}

const SPELLING: { readonly [machine in MachineName]: Spelling } = {
  x64: {
    ours: (text, program) => numbers(withOffsets(text, program).replace(/\[rip:(\w+)\]/, '[$1]')),
    theirs: (text) => numbers(sized(text.replace(/^rex /, ''))),
  },
  arm64: {
    ours: (text, program) => numbers(withOffsets(text, program)).replace('#-0', '#0'),
    theirs: (text) => numbers(narrow(text.replace(/\s*\/\/.*$/, ''))),
  },
}

/** Labels as the offsets that they stand at; a register that is jumped to is none. */
function withOffsets(text: string, { offsetOf }: Assembled): string {
  const target =
    /(?:\[rip:(\w+)\]|^(?:j\w+|call|b|bl|b\.eq|adr|ldr\.32|cbz|tbnz)(?: .*,)? (?!r(?:[a-z]{2}|\d+)$)(\w+))$/.exec(text)
  const label = target?.[1] ?? target?.[2]
  return label === undefined
    ? text
    : text.replace(new RegExp(`\\b${label}(\\]?)$`), (_, end) => `${hex(offsetOf(label))}${end}`)
}

const SIZES: Readonly<Record<string, string>> = { BYTE: '.8', WORD: '.16', DWORD: '.32', QWORD: '' }

/** `movzx ecx,BYTE PTR [r15+0x8]` as `movzx.8 rcx, [r15+0x8]`: the size stands at the mnemonic. */
function sized(text: string): string {
  const relative = text.replace(/\[rip[+-]0x[0-9a-f]+\]\s*# (0x[0-9a-f]+)$/, '[$1]').replace(/\s*#.*$/, '')
  const [, size] = /(BYTE|WORD|DWORD|QWORD) PTR /.exec(relative) ?? []
  if (size === undefined) return relative
  const [mnemonic = '', ...operands] = relative.replace(`${size} PTR `, '').split(/\s+/)
  const wide =
    size === 'QWORD'
      ? operands.join(' ')
      : operands.join(' ').replaceAll(/\be([a-z]{2})\b|\b(r\d+)d\b/g, (_, old, fresh) => fresh ?? `r${old}`)
  return `${mnemonic}${SIZES[size] ?? ''} ${wide}`
}

/** `ldr w4, [x19, #8]` as `ldr.32 x4, [x19, #8]`; loads of bytes and of half words have no other form. */
function narrow(text: string): string {
  const [mnemonic = '', ...operands] = text.split(/\s+/)
  const rest = operands.join(' ')
  if (/^ldr[bh]$/.test(mnemonic)) return `${mnemonic} ${rest.replace(/^w/, 'x')}`
  return /^(?:ldr|str|ldar|stlr)$/.test(mnemonic) && rest.startsWith('w')
    ? `${mnemonic}.32 ${rest.replace(/^w/, 'x')}`
    : `${mnemonic} ${rest}`
}

/** All numbers in hexadecimal, negative ones as 64 bits; one space after a comma, none elsewhere; no offset of zero. */
function numbers(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?, ?/g, ', ')
    .replaceAll(/(?<![\w.])(-?)(0x[0-9a-f]+|\d+)\b/g, (_, sign: string, digits: string) =>
      hex(sign === '-' ? -BigInt(digits) : BigInt(digits)),
    )
    .replaceAll('+0x0]', ']')
    .replaceAll(', #0x0]', ']')
    .trim()
}

function hex(value: number | bigint): string {
  return `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`
}

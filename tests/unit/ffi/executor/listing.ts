// The executor's program as a person reads it: labels, offsets, bytes, mnemonics, comments.

import type { Line } from '#ffi/executor/assembler.ts'
import { assembleArm64 } from '#ffi/executor/assembler-arm64.ts'
import { assembleX64 } from '#ffi/executor/assembler-x64.ts'
import { writeProgram } from '#ffi/executor/program.ts'
import { ARM64 } from '#ffi/numbers/arm64.ts'
import { X64 } from '#ffi/numbers/x64.ts'

/** The architectures, by the names that Bun has for them. */
export const MACHINES = ['x64', 'arm64'] as const
/** One of them. */
export type MachineName = (typeof MACHINES)[number]

/** The program of one architecture, with its labels. */
export interface Listed {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lines: readonly Line[]
  /** The labels that stand at an offset. */
  labelsAt(offset: number): readonly string[]
}

/** Assembles the program. */
export function listed(machine: MachineName): Listed {
  const asm = machine === 'x64' ? assembleX64() : assembleArm64()
  writeProgram(asm, machine === 'x64' ? X64 : ARM64)
  const { bytes, lines } = asm.finish()
  return { bytes, lines, labelsAt: (offset) => asm.listing.labelsAt(offset) }
}

const TITLES = { x64: 'x86-64', arm64: 'AArch64' } as const
const BYTES = 28
const MNEMONIC = 34

/** Gives the executor's listing as text. */
export function listingText(machine: MachineName): string {
  return textOf(`The executor on ${TITLES[machine]}`, listed(machine))
}

/** Takes what a program is called and its lines, gives its listing as text. */
export function textOf(name: string, { bytes, lines, labelsAt }: Listed): string {
  const title = `; ${name}: ${bytes.length} bytes. docs/executor.md says how to read this.`
  const shown = lines.flatMap((line) => [...labelsAt(line.offset).map((label) => `\n${label}:`), lineText(line)])
  return `${title}\n${shown.join('\n').replaceAll(/:\n\n/g, ':\n')}\n`
}

function lineText({ offset, bytes, text, comment }: Line): string {
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const code = `  ${offset.toString(16).padStart(4, '0')}  ${hex.padEnd(BYTES)}${text.padEnd(MNEMONIC)}`
  return comment === '' ? code.trimEnd() : `${code}; ${comment}`
}

// The finished program as plain data. A Bun macro: it runs while bunc is compiled, so that no machine code has to be
// assembled each time that bunc starts (two milliseconds, a third of what a command takes).

import { assemble } from './code.ts'

/** The labels that somebody outside of the program asks for. */
const DOORS = ['start', 'arena', 'perform', 'hand', 'watch', 'spawn', 'signals', 'signalled', 'restore']

/** Takes an architecture, gives the bytes of its program and the offsets of its doors. */
export function assembled(machine: 'x64' | 'arm64'): { bytes: number[]; labels: { [name: string]: number } } {
  const code = assemble(machine)
  return { bytes: [...code.bytes], labels: Object.fromEntries(DOORS.map((label) => [label, code.offsetOf(label)])) }
}

// Terminals: a real pty, its size and its modes.

import { expect, test } from 'bun:test'

import { openat, put, read } from '#ffi/calls/file.ts'
import {
  getTerminalModes,
  getTerminalSize,
  openPtyPeer,
  ptyNumber,
  rawModes,
  setControllingTerminal,
  setTerminalModes,
  setTerminalSize,
  TERMIOS_SIZE,
  unlockPty,
} from '#ffi/calls/tty.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

function pty(): { master: Fd; terminal: Fd } {
  const master = here(openat('cwd', '/dev/ptmx', ['RDWR', 'NOCTTY']))
  here(unlockPty(master))
  return { master, terminal: here(openPtyPeer(master)) }
}

/** Reads as many bytes as are expected: what is echoed and what is printed may come one after the other. */
function received(fd: Fd, length: number): string {
  let text = ''
  while (text.length < length) text += decodeText(here(read(fd, length - text.length)))
  return text
}

test('what is typed at one end arrives at the other', () => {
  const { master, terminal } = pty()
  using outer = master
  using inner = terminal
  here(put(outer, 'line\r'))
  expect(decodeText(here(read(inner, 100)))).toBe('line\n')
  here(put(inner, 'out\n'))
  // The echo of what was typed, then the output, both with the newline of a terminal.
  expect(received(outer, 11)).toBe('line\r\nout\r\n')
})

test('in raw mode every byte passes as it is', () => {
  const { master, terminal } = pty()
  using outer = master
  using inner = terminal
  const modes = here(getTerminalModes(inner))
  here(setTerminalModes(inner, rawModes(modes)))
  here(put(outer, '\x03\r\x04'))
  expect(received(inner, 3)).toBe('\x03\r\x04')
  here(put(inner, 'out\n'))
  expect(received(outer, 4)).toBe('out\n')
  expect(modes.length).toBe(TERMIOS_SIZE)
  here(setTerminalModes(inner, modes))
  expect(here(getTerminalModes(inner))).toEqual(modes)
})

test('raw modes are those of cfmakeraw(3) and leave the original alone', () => {
  const modes = new Uint8Array(TERMIOS_SIZE).fill(0xff)
  const view = new DataView(rawModes(modes).buffer)
  const flags = [0, 4, 8, 12].map((at) => (~view.getUint32(at, true) >>> 0).toString(8))
  // Without IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON; OPOST; PARENB; and ECHO ECHONL ICANON ISIG IEXTEN.
  expect(flags).toEqual(['2753', '1', '400', '100113'])
  expect([view.getUint8(17 + 6), view.getUint8(17 + 5)]).toEqual([1, 0])
  expect(modes.every((byte) => byte === 0xff)).toBe(true)
})

test('a size is set and asked for', () => {
  const { master, terminal } = pty()
  using outer = master
  using inner = terminal
  here(setTerminalSize(outer, { rows: 50, columns: 132 }))
  expect(here(getTerminalSize(inner))).toMatchObject({ rows: 50, columns: 132 })
  expect(setTerminalSize(pretendedOwner().open('pty', 3), { rows: 5, columns: 7 }).show()).toBe(
    'ioctl(3<pty>, TIOCSWINSZ, 7x5)',
  )
})

test('a pty has a number', () => {
  const { master, terminal } = pty()
  using outer = master
  using _ = terminal
  expect(here(ptyNumber(outer))).toBeGreaterThanOrEqual(0)
})

test('what is no terminal is not taken for one', () => {
  using file = here(openat('cwd', '/dev/null', ['RDWR']))
  expect(() => here(getTerminalModes(file))).toThrow('ENOTTY')
})

test('the controlling terminal is asked for without stealing it', () => {
  expect(encoded(setControllingTerminal(pretendedOwner().open('tty', 3))).args).toEqual([3n, 0x540en, 0n, 0n, 0n, 0n])
})

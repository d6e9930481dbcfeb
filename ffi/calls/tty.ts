// Terminals: ioctl(2) of ptys and of their sizes and modes (ioctl_tty(2)).

import { type Call, hidden, labelled, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { constant, descriptor, filled, nothing, ownedFd, room, structure } from '../kinds.ts'
import { struct } from '../struct.ts'

const TIOCSWINSZ = 0x5414
const TIOCGWINSZ = 0x5413
const TIOCSCTTY = 0x540e
const TIOCGPTN = 0x80045430
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441
const TCGETS = 0x5401
const TCSETS = 0x5402
const O_RDWR_NOCTTY_CLOEXEC = 0o2000402

const WINSIZE = struct({ rows: 'u16', columns: 'u16', x: 'u16', y: 'u16' })

/** The size of a terminal in characters. */
export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** TIOCSWINSZ. */
export const setTerminalSize = syscall<[terminal: Fd, size: TerminalSize], void>(
  'ioctl',
  [
    descriptor,
    constant(TIOCSWINSZ, 'TIOCSWINSZ'),
    {
      encode: ({ rows, columns }: TerminalSize, memory) => memory.structure(WINSIZE, { rows, columns }),
      show: ({ rows, columns }: TerminalSize) => `${columns}x${rows}`,
    },
  ],
  nothing,
)

/** TIOCGWINSZ. */
export const getTerminalSize = syscall<[terminal: Fd], TerminalSize>(
  'ioctl',
  [descriptor, constant(TIOCGWINSZ, 'TIOCGWINSZ'), room(WINSIZE.size)],
  filled((view) => WINSIZE.read(view)),
)

/** TIOCSCTTY: the terminal becomes the controlling one of the caller's session. */
export const setControllingTerminal = syscall<[terminal: Fd], void>(
  'ioctl',
  [descriptor, constant(TIOCSCTTY, 'TIOCSCTTY'), constant(0)],
  nothing,
)

/** TIOCSPTLCK with 0: the other end of a pty may be opened. */
export const unlockPty = syscall<[master: Fd], void>(
  'ioctl',
  [descriptor, constant(TIOCSPTLCK, 'TIOCSPTLCK'), structureOfZero()],
  nothing,
)

/** TIOCGPTN: N of /dev/pts/N. */
export const ptyNumber = syscall<[master: Fd], number>(
  'ioctl',
  [descriptor, constant(TIOCGPTN, 'TIOCGPTN'), room(4)],
  filled((view) => view.getUint32(0, true)),
)

/** TIOCGPTPEER (4.13): opens the other end without a path that could be swapped. */
export const openPtyPeer = (master: Fd): Call<Fd, 'anywhere'> => labelled(peer(master), `terminal of ${master.label}`)
const peer = syscall<[master: Fd], Fd>(
  'ioctl',
  [descriptor, constant(TIOCGPTPEER, 'TIOCGPTPEER'), constant(O_RDWR_NOCTTY_CLOEXEC, 'RDWR|NOCTTY')],
  ownedFd,
)

/** The kernel's struct termios: four words of flags, the line discipline, nineteen control characters. */
export const TERMIOS_SIZE = 36

/** TCGETS: fails with ENOTTY for what is no terminal. */
export const getTerminalModes = syscall<[terminal: Fd], Uint8Array>(
  'ioctl',
  [descriptor, constant(TCGETS, 'TCGETS'), room(TERMIOS_SIZE)],
  filled((view) => new Uint8Array(view.buffer)),
)

/** TCSETS. */
export const setTerminalModes = syscall<[terminal: Fd, modes: Uint8Array], void>(
  'ioctl',
  [descriptor, constant(TCSETS, 'TCSETS'), structure],
  nothing,
)

const ICRNL_AND_FRIENDS = 0o2753
const OPOST = 0o1
const CSIZE_PARENB = 0o460
const CS8 = 0o60
const ECHO_ICANON_ISIG_IEXTEN = 0o100113
const VMIN = 17 + 6
const VTIME = 17 + 5

/** Takes the modes of a terminal, gives them changed so that every byte passes as it is (cfmakeraw(3)). */
export function rawModes(modes: Uint8Array): Uint8Array {
  const raw = modes.slice()
  const view = new DataView(raw.buffer)
  view.setUint32(0, view.getUint32(0, true) & ~ICRNL_AND_FRIENDS, true)
  view.setUint32(4, view.getUint32(4, true) & ~OPOST, true)
  view.setUint32(8, (view.getUint32(8, true) & ~CSIZE_PARENB) | CS8, true)
  view.setUint32(12, view.getUint32(12, true) & ~ECHO_ICANON_ISIG_IEXTEN, true)
  view.setUint8(VMIN, 1)
  view.setUint8(VTIME, 0)
  return raw
}

function structureOfZero() {
  return hidden((memory) => memory.bytes(new Uint8Array(4)), '[0]')
}

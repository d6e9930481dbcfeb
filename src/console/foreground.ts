// Stays with a process in the foreground: passes signals on, relays between two terminals, waits for the end.

import type { Sys } from '#ffi/call.ts'
import { poll, type Waiting } from '#ffi/calls/descriptor.ts'
import { read } from '#ffi/calls/file.ts'
import { type Ending, waitPidfd } from '#ffi/calls/process.ts'
import { pidfdSendSignal, type Signal } from '#ffi/calls/signal.ts'
import { getTerminalModes, getTerminalSize, rawModes, setTerminalModes, setTerminalSize } from '#ffi/calls/tty.ts'
import { failedWith } from '#ffi/error.ts'
import { catchSignals } from '#ffi/perform/catch.ts'
import type { Fd } from '#ffi/fd.ts'
import { SIGNAL } from '#ffi/numbers/signal.ts'
import { inherited } from '#ffi/perform/here.ts'
import { writeAll } from '#src/files.ts'

/** Signals that are meant for the process and not for bunc. */
const FORWARDED: readonly Signal[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGWINCH',
]

/** Catches the signals that will be passed on: called before there is a process, so that none is lost. */
export function catchForwarded(): void {
  catchSignals(FORWARDED)
}

/** Something else to see to meanwhile. */
export interface Aside {
  readonly fd: Fd
  /** Called when there is something to read. Gives whether there will be more to see to. */
  ready(): boolean
}

/** What is attended: a process and, if it has a terminal, the outer end of it. */
export interface Attended {
  readonly pidfd: Fd
  readonly master: Fd | undefined
  readonly aside?: Aside | undefined
}

/** Stays with a process. Gives how it ended; it is reaped then. */
export function attend(here: Sys, { pidfd, master, aside }: Attended): Ending {
  const signals = catchSignals(FORWARDED)
  using relay = new Relay(here, master)
  for (let besides = aside; ;) {
    const always = [pidfd, signals, ...(besides === undefined ? [] : [besides.fd])]
    const waiting: Waiting[] = [...always.map((fd) => ({ fd, for: ['IN'] as const })), ...relay.waiting()]
    const happened = here(poll(waiting, -1))
    const [ended = false, signalled = false, asked = false] = happened
    if (signalled) forward(here, { signals, pidfd, relay })
    relay.pass(happened.slice(always.length))
    if (besides !== undefined && asked && !besides.ready()) besides = undefined
    const ending = ended ? here(waitPidfd(pidfd, ['EXITED'])) : undefined
    if (ending === undefined) continue
    relay.drain()
    return ending
  }
}

function forward(here: Sys, { signals, pidfd, relay }: { signals: Fd; pidfd: Fd; relay: Relay }): void {
  const [number = 0] = here(read(signals, 1))
  if (number === SIGNAL.SIGWINCH && relay.resize()) return
  try {
    here(pidfdSendSignal(pidfd, number))
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) throw error
  }
}

const AT_ONCE = 32768

/** Carries bytes between bunc's own stdio and the terminal of a process. Without a terminal it does nothing. */
class Relay implements Disposable {
  readonly #here: Sys
  readonly #master: Fd | undefined
  readonly #input = inherited(0, 'stdin')
  readonly #output = inherited(1, 'stdout')
  /** The modes of bunc's own terminal as they were; undefined when stdin is none. */
  readonly #modes: Uint8Array | undefined
  #inputOpen = true
  #masterOpen = true

  constructor(here: Sys, master: Fd | undefined) {
    this.#here = here
    this.#master = master
    this.#modes = master === undefined ? undefined : this.#modesOfInput()
    if (this.#modes === undefined) return
    // Every key is for the other terminal to interpret, ^C too.
    here(setTerminalModes(this.#input, rawModes(this.#modes)))
    this.resize()
  }

  /** What to poll for: the master first. */
  waiting(): Waiting[] {
    if (this.#master === undefined) return []
    return [
      ...(this.#masterOpen ? [{ fd: this.#master, for: ['IN'] as const }] : []),
      ...(this.#inputOpen ? [{ fd: this.#input, for: ['IN'] as const }] : []),
    ]
  }

  /** Takes what poll said of `waiting`, carries what is there. */
  pass(ready: readonly boolean[]): void {
    if (this.#master === undefined) return
    const next = ready.values()
    const masterReady = this.#masterOpen && next.next().value === true
    const inputReady = this.#inputOpen && next.next().value === true
    if (masterReady) this.#masterOpen = this.#carry(this.#master, this.#output)
    if (inputReady) this.#inputOpen = this.#carry(this.#input, this.#master)
  }

  /** Carries what the process has printed last. */
  drain(): void {
    while (this.#master !== undefined && this.#masterOpen) {
      const [more] = this.#here(poll([{ fd: this.#master, for: ['IN'] }], 0))
      if (!more) return
      this.#masterOpen = this.#carry(this.#master, this.#output)
    }
  }

  /** Gives the terminal of the process the size of bunc's own. False when there is none to give. */
  resize(): boolean {
    if (this.#master === undefined || this.#modes === undefined) return false
    this.#here(setTerminalSize(this.#master, this.#here(getTerminalSize(this.#input))))
    return true
  }

  [Symbol.dispose](): void {
    if (this.#modes !== undefined) this.#here(setTerminalModes(this.#input, this.#modes))
    this.#master?.[Symbol.dispose]()
  }

  /** False when nothing more will come. EIO is how a pty says that nobody has it open any more. */
  #carry(from: Fd, to: Fd): boolean {
    try {
      const bytes = this.#here(read(from, AT_ONCE))
      writeAll(this.#here, to, bytes)
      return bytes.length > 0
    } catch (error) {
      if (failedWith(error, 'EIO', 'EAGAIN')) return failedWith(error, 'EAGAIN')
      throw error
    }
  }

  #modesOfInput(): Uint8Array | undefined {
    try {
      return this.#here(getTerminalModes(this.#input))
    } catch (error) {
      if (failedWith(error, 'ENOTTY', 'EBADF')) return undefined
      throw error
    }
  }
}

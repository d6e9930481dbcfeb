// Plays systemd: the unix(7) datagram socket of NOTIFY_SOCKET, sd_notify(3), and plays the program in a container that
// speaks to its own. Neither node nor Bun has datagrams of this kind, so this calls libc itself; nothing blocks.
import { dlopen } from 'bun:ffi'
import { closeSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { receiveOne } from './console-socket.ts'
import { eventually } from './eventually.ts'

const libc = dlopen('libc.so.6', {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  sendto: { args: ['i32', 'ptr', 'u64', 'i32', 'ptr', 'u32'], returns: 'i64' },
}).symbols

const AF_UNIX = 1
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000

const PATIENCE_MS = 2_000

/** struct sockaddr_un; "@" begins an abstract name. */
function address(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`)
  const whole = new Uint8Array(new ArrayBuffer(2 + bytes.length))
  whole[0] = AF_UNIX
  whole.set(bytes, 2)
  return whole
}

/** The end that is told. */
export class NotifySocket implements Disposable {
  /** What NOTIFY_SOCKET is to say. */
  readonly env: { readonly NOTIFY_SOCKET: string }
  readonly #socket = libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0)

  /** Takes a short path of a directory, or the name of an abstract socket, which begins with "@". */
  constructor(place: string) {
    const name = place.startsWith('@') ? place : join(place, 'notify.sock')
    const bytes = address(name)
    if (libc.bind(this.#socket, bytes, bytes.length) !== 0) throw new Error(`Cannot listen on "${name}"`)
    this.env = { NOTIFY_SOCKET: name }
  }

  /** Waits for a message, gives its lines. */
  told(): Promise<string[]> {
    return eventually('a message to NOTIFY_SOCKET', () => this.#next(), PATIENCE_MS)
  }

  /** All that is told from now until `done` has come, but for the barrier. */
  async toldUntil(done: Promise<unknown>): Promise<string[]> {
    const lines: string[] = []
    let ended = false
    const end = done.finally(() => {
      ended = true
    })
    for (let next = this.#next(); !ended || next !== undefined; next = this.#next()) {
      if (next === undefined) await Bun.sleep(1)
      else lines.push(...next)
    }
    await end
    return lines.filter((line) => line !== 'BARRIER=1')
  }

  /** True when no message waits. */
  get silent(): boolean {
    return receiveOne(this.#socket) === 'nothing yet'
  }

  [Symbol.dispose](): void {
    closeSync(this.#socket)
  }

  /** The lines of a message if there is one; closes the descriptors that came with it, as systemd does. */
  #next(): string[] | undefined {
    const message = receiveOne(this.#socket)
    if (typeof message !== 'object') return undefined
    for (const fd of message.descriptors) closeSync(fd)
    return message.text.split('\n').filter((line) => line !== '')
  }
}

/** Waits until process `pid` of a container is spoken to by a socket; sends it `text`, as the process would. */
export async function notifyFrom(pid: number, text: string): Promise<void> {
  const socket = libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0)
  const bytes = new TextEncoder().encode(text)
  try {
    await eventually('a socket in the container', () => {
      const to = address(`/proc/${pid}/root${notifySocketOf(pid)}`)
      return Number(libc.sendto(socket, bytes, bytes.length, 0, to, to.length)) === bytes.length
    })
  } finally {
    closeSync(socket)
  }
}

/** NOTIFY_SOCKET in the environment of a process; empty where there is none. */
export function notifySocketOf(pid: number): string {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  return entries.find((entry) => entry.startsWith('NOTIFY_SOCKET='))?.slice('NOTIFY_SOCKET='.length) ?? ''
}

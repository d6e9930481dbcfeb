// The other end of --console-socket: a listening unix(7) socket that takes the descriptors a runtime sends, and the
// terminal that such a descriptor is. Neither node nor Bun can receive descriptors, so this calls recvmsg(2) itself;
// every call is non-blocking, so that a runtime that sends nothing fails a test instead of stopping the run.
import { dlopen, ptr } from 'bun:ffi'
import { join } from 'node:path'

import { eventually } from './eventually.ts'

const libc = dlopen('libc.so.6', {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
  accept4: { args: ['i32', 'ptr', 'ptr', 'i32'], returns: 'i32' },
  recvmsg: { args: ['i32', 'ptr', 'i32'], returns: 'i64' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i64' },
  close: { args: ['i32'], returns: 'i32' },
}).symbols

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const MSG_CMSG_CLOEXEC = 0x40000000
const SCM_RIGHTS = 1
const F_GETFL = 3
const F_SETFL = 4
const O_NONBLOCK = 0o4000
const TIOCGWINSZ = 0x5413
const TIOCSWINSZ = 0x5414

/** sizeof(struct msghdr) and of struct cmsghdr on every 64-bit Linux. */
const MSGHDR_SIZE = 56
const CMSGHDR_SIZE = 16

/** One message as it came: its bytes and the descriptors beside them, which belong to the receiver. */
export interface Received {
  readonly text: string
  readonly descriptors: readonly number[]
}

/** A socket that listens in `dir`, which must be short: a path of a socket has 107 bytes at most. */
export class ConsoleSocket implements Disposable {
  readonly path: string
  readonly #listener: number
  readonly #open: number[] = []
  #closed = false

  constructor(dir: string) {
    this.path = join(dir, 'console.sock')
    this.#listener = libc.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    const address = new Uint8Array(new ArrayBuffer(110))
    address[0] = AF_UNIX
    address.set(new TextEncoder().encode(this.path), 2)
    if (libc.bind(this.#listener, address, address.length) !== 0 || libc.listen(this.#listener, 4) !== 0) {
      throw new Error(`Cannot listen on "${this.path}"`)
    }
  }

  /** Every message of the next connection, up to its end or until they are enough. */
  async receive(areEnough: (messages: readonly Received[]) => boolean = () => false): Promise<Received[]> {
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC
    const connection = await eventually('a connection to the console socket', () => {
      this.#assertOpen()
      const fd = libc.accept4(this.#listener, null, null, flags)
      return fd >= 0 && { fd }
    })
    const messages: Received[] = []
    await eventually('the end of the connection to the console socket', () => {
      this.#assertOpen()
      const message = receiveOne(connection.fd)
      if (message === 'nothing yet') return false
      if (message === 'end') return true
      messages.push(message)
      this.#open.push(...message.descriptors)
      return areEnough(messages)
    })
    libc.close(connection.fd)
    return messages
  }

  /** The terminal of the one descriptor in the one message that a runtime sends. */
  async terminal(): Promise<MasterTerminal> {
    const [message, ...more] = await this.receive()
    const [master, ...others] = message?.descriptors ?? []
    if (master === undefined || more.length + others.length > 0) throw new Error('Cannot find exactly one descriptor')
    return new MasterTerminal(master)
  }

  /** The number of a descriptor that is closed may be another test's by now. */
  #assertOpen(): void {
    if (this.#closed) throw new Error(`Cannot wait for anything at "${this.path}": it is closed`)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const fd of [this.#listener, ...this.#open]) libc.close(fd)
  }
}

/** The outer end of a terminal, pty(7); closed with the socket that it came through. */
export class MasterTerminal {
  #shown = ''

  constructor(readonly descriptor: number) {
    libc.fcntl(descriptor, F_SETFL, libc.fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK)
  }

  /** Types `text`. */
  type(text: string): void {
    const bytes = new TextEncoder().encode(text)
    libc.write(this.descriptor, bytes, bytes.length)
  }

  /** Waits until the terminal has shown something that `pattern` matches; gives all that it has shown. */
  async shows(pattern: RegExp): Promise<string> {
    const seen = () => {
      this.#read()
      return pattern.test(this.#shown)
    }
    await eventually(`${pattern} on the terminal`, seen).catch((error: unknown) => {
      throw new Error(`Cannot find ${pattern} in what the terminal shows: ${JSON.stringify(this.#shown)}`, {
        cause: error,
      })
    })
    return this.#shown
  }

  /** Rows and columns, ioctl_tty(2); undefined where the descriptor is no terminal. */
  size(): readonly [number, number] | undefined {
    const size = new Uint16Array(new ArrayBuffer(8))
    return libc.ioctl(this.descriptor, TIOCGWINSZ, size) === 0 ? [size[0] ?? 0, size[1] ?? 0] : undefined
  }

  /** Gives the terminal another size; the programs in it get SIGWINCH. */
  resize(rows: number, columns: number): void {
    libc.ioctl(this.descriptor, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0]))
  }

  #read(): void {
    const bytes = new Uint8Array(new ArrayBuffer(65_536))
    const length = Number(libc.read(this.descriptor, bytes, bytes.length))
    if (length > 0) this.#shown += new TextDecoder().decode(bytes.subarray(0, length))
  }
}

/** Takes a socket that does not block, gives one message of it. */
export function receiveOne(fd: number): Received | 'end' | 'nothing yet' {
  const bytes = new Uint8Array(new ArrayBuffer(4096))
  const control = new Uint8Array(new ArrayBuffer(256))
  const iov = new BigUint64Array([BigInt(ptr(bytes)), BigInt(bytes.length)])
  const header = new DataView(new ArrayBuffer(MSGHDR_SIZE))
  header.setBigUint64(16, BigInt(ptr(iov)), true)
  header.setBigUint64(24, 1n, true)
  header.setBigUint64(32, BigInt(ptr(control)), true)
  header.setBigUint64(40, BigInt(control.length), true)
  const length = Number(libc.recvmsg(fd, new Uint8Array(header.buffer), MSG_CMSG_CLOEXEC))
  if (length < 0) return 'nothing yet'
  const descriptors = descriptorsIn(new DataView(control.buffer), Number(header.getBigUint64(40, true)))
  if (length === 0 && descriptors.length === 0) return 'end'
  return { text: new TextDecoder().decode(bytes.subarray(0, length)), descriptors }
}

function descriptorsIn(control: DataView, length: number): number[] {
  if (length < CMSGHDR_SIZE || control.getInt32(12, true) !== SCM_RIGHTS) return []
  const end = Number(control.getBigUint64(0, true))
  return Array.from({ length: (end - CMSGHDR_SIZE) / 4 }, (_, index) =>
    control.getInt32(CMSGHDR_SIZE + index * 4, true),
  )
}

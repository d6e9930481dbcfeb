// A seccomp agent (seccomp_unotify(2)): answers the system calls that a container's profile asks about, in this process.
// Looks for them on a timer: a test whose container asks nothing fails, and stops nobody.
import { dlopen } from 'bun:ffi'

import type { ConsoleSocket, Received } from './console-socket.ts'

const libc = dlopen('libc.so.6', {
  ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
}).symbols

/** _IOWR('!', 0, struct seccomp_notif), _IOWR('!', 1, struct seccomp_notif_resp). */
const SECCOMP_IOCTL_NOTIF_RECV = 0xc050_2100
const SECCOMP_IOCTL_NOTIF_SEND = 0xc018_2101
const NOTIF_SIZE = 80
const RESP_SIZE = 24
const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
const POLLIN = 1
const EVERY = 2

/** A system call that waits for an answer. */
export interface Asked {
  readonly pid: number
  readonly number: number
  readonly args: readonly bigint[]
}

/** What becomes of it: it is made, it fails, or it gives a value without being made. */
export type Answer = 'continue' | { readonly errno: number } | { readonly value: number }

/** What a runtime sends over `listenerPath`. */
export interface ContainerProcessState {
  readonly ociVersion: string
  readonly fds: readonly string[]
  readonly pid: number
  readonly metadata?: string
  readonly state: { readonly id: string; readonly status: string; readonly pid: number; readonly bundle: string }
}

/** Answers what comes over one listener, which belongs to the socket that it came through: end the agent before it. */
export class SeccompAgent implements Disposable {
  readonly asked: Asked[] = []
  readonly #timer: Timer

  constructor(
    readonly state: ContainerProcessState,
    readonly listener: number,
    readonly answer: (asked: Asked) => Answer,
  ) {
    this.#timer = setInterval(() => this.#serve(), EVERY)
  }

  /**
   * Waits for the next connection to the socket, and serves the listener that comes over it. Does not wait for the end of
   * the connection: runc and crun keep theirs for as long as they run themselves.
   */
  static async over(socket: ConsoleSocket, answer: (asked: Asked) => Answer): Promise<SeccompAgent> {
    const messages = await socket.receive((received) => isJson(textOf(received)))
    const listeners = messages.flatMap(({ descriptors }) => descriptors)
    const [listener] = listeners
    if (listener === undefined || listeners.length > 1) throw new Error('Cannot find exactly one listener')
    return new SeccompAgent(JSON.parse(textOf(messages)), listener, answer)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #serve(): void {
    while (libc.poll(new Int32Array([this.listener, POLLIN]), 1, 0) > 0) {
      const notification = new DataView(new ArrayBuffer(NOTIF_SIZE))
      // ENOENT: who asked has been killed meanwhile. Without anyone left to ask, poll(2) says POLLHUP.
      if (libc.ioctl(this.listener, SECCOMP_IOCTL_NOTIF_RECV, new Uint8Array(notification.buffer)) !== 0) return
      const asked: Asked = {
        pid: notification.getUint32(8, true),
        number: notification.getInt32(16, true),
        args: Array.from({ length: 6 }, (_, i) => notification.getBigUint64(32 + 8 * i, true)),
      }
      this.asked.push(asked)
      const response = responseTo(notification.getBigUint64(0, true), this.answer(asked))
      libc.ioctl(this.listener, SECCOMP_IOCTL_NOTIF_SEND, response)
    }
  }
}

function responseTo(id: bigint, answer: Answer): Uint8Array<ArrayBuffer> {
  const response = new DataView(new ArrayBuffer(RESP_SIZE))
  response.setBigUint64(0, id, true)
  if (answer === 'continue') response.setUint32(20, SECCOMP_USER_NOTIF_FLAG_CONTINUE, true)
  else if ('errno' in answer) response.setInt32(16, -answer.errno, true)
  else response.setBigInt64(8, BigInt(answer.value), true)
  return new Uint8Array(response.buffer)
}

function textOf(messages: readonly Received[]): string {
  return messages.map(({ text }) => text).join('')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

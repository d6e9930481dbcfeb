// Hands a descriptor to whoever listens on a unix socket: the terminal (`--console-socket`), a pidfd (`--pidfd-socket`), a
// seccomp listener (`listenerPath`).

import type { Sys } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import { connectUnix, sendMessage, unixSocket } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'

/** A text and one descriptor. */
export interface Sent {
  readonly text: string
  readonly fd: Fd
  /** What errors call it; its text where this is left out. */
  readonly name?: string
}

/** Connects to a stream socket by path and sends one message: a text and one descriptor (SCM_RIGHTS). */
export function sendDescriptor(sys: Sys, path: string, message: Sent): void {
  doing(`send "${message.name ?? message.text}" to the socket "${path}"`, () => {
    using socket = sys(unixSocket('STREAM'))
    connect(sys, socket, path)
    sys(sendMessage(socket, { text: message.text, descriptors: [message.fd] }))
  })
}

/** A socket's address has room for 107 bytes (unix(7)): what is longer is named by a descriptor. */
function connect(sys: Sys, socket: Fd, path: string): void {
  if (encodeText(path).length <= LONGEST) return sys(connectUnix(socket, path))
  using place = sys(openat('cwd', path, ['PATH']))
  sys(connectUnix(socket, `/proc/self/fd/${place.number}`))
}

const LONGEST = 107

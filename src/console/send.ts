// Hands a descriptor to whoever listens on a unix socket: the terminal (`--console-socket`), a pidfd (`--pidfd-socket`), a
// seccomp listener (`listenerPath`).

import type { Sys } from '#ffi/call.ts'
import { connectUnix, sendMessage, unixSocket } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'

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
    sys(connectUnix(socket, path))
    sys(sendMessage(socket, { text: message.text, descriptors: [message.fd] }))
  })
}

// Hands a descriptor to whoever listens on a unix socket: the terminal (`--console-socket`), a pidfd (`--pidfd-socket`).

import type { Sys } from '#ffi/call.ts'
import { connectUnix, sendMessage, unixSocket } from '#ffi/calls/socket.ts'
import { doing } from '#ffi/context.ts'
import type { Fd } from '#ffi/fd.ts'

/** Connects to a stream socket by path and sends one message: a text and one descriptor (SCM_RIGHTS). */
export function sendDescriptor(sys: Sys, path: string, message: { readonly text: string; readonly fd: Fd }): void {
  doing(`send "${message.text}" to the socket "${path}"`, () => {
    using socket = sys(unixSocket('STREAM'))
    sys(connectUnix(socket, path))
    sys(sendMessage(socket, { text: message.text, descriptors: [message.fd] }))
  })
}

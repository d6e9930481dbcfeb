// A listener for datagrams at a path, such as the daemons are that keep logs: in the place of the host's own, or beside it.
import { read } from '#ffi/calls/file.ts'
import { setStatusFlags } from '#ffi/calls/descriptor.ts'
import { bindUnix, unixSocket } from '#ffi/calls/socket.ts'
import { failedWith } from '#ffi/error.ts'
import { decodeText } from '#ffi/kinds.ts'
import { here } from '#ffi/perform/here.ts'

const LONGEST = 65536

/** What has arrived and was not taken yet. */
export interface Datagrams extends Disposable {
  /** Gives the datagrams that are there, as text. */
  take(): string[]
}

/** Listens at `path`, which must not exist and has at most 107 bytes. */
export function listenAt(path: string): Datagrams {
  const socket = here(unixSocket('DGRAM'))
  here(bindUnix(socket, path))
  here(setStatusFlags(socket, ['NONBLOCK']))
  return { take: () => taken(() => here(read(socket, LONGEST))), [Symbol.dispose]: () => socket[Symbol.dispose]() }
}

function taken(next: () => Uint8Array): string[] {
  const texts: string[] = []
  for (;;) {
    try {
      texts.push(decodeText(next()))
    } catch (error) {
      if (!failedWith(error, 'EAGAIN')) throw error
      return texts
    }
  }
}

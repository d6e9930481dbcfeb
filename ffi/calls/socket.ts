// Sockets: unix(7) sockets with descriptors as ancillary data, and the loopback interface (netdevice(7)).

import { hidden, type Kind, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { constant, descriptor, nothing, number, oneOf, ownedFd, encodeText, room } from '../kinds.ts'
import { struct } from '../struct.ts'

const SOCK_CLOEXEC = 0o2000000
const AF_UNIX = 1
const AF_INET = 2
/** struct sockaddr_un: family and at most 108 bytes of path. */
const SUN_PATH = 108

/** socket(AF_UNIX). */
export const unixSocket = syscall<[type: 'STREAM' | 'DGRAM'], Fd>(
  'socket',
  [constant(AF_UNIX, 'AF_UNIX'), oneOf({ STREAM: 1 | SOCK_CLOEXEC, DGRAM: 2 | SOCK_CLOEXEC }), constant(0)],
  ownedFd,
)

/** socket(AF_INET, SOCK_DGRAM): what interface requests are made through. */
export const inetSocket = syscall<[], Fd>(
  'socket',
  [constant(AF_INET, 'AF_INET'), constant(2 | SOCK_CLOEXEC, 'SOCK_DGRAM'), constant(0)],
  ownedFd,
)

const unixAddress: Kind<string> = {
  encode: (path, memory) => {
    const bytes = encodeText(path)
    if (bytes.length >= SUN_PATH)
      throw new RangeError(`Path of a socket is longer than ${SUN_PATH - 1} bytes: "${path}"`)
    // An abstract name is as long as it says, and a path ends with NUL.
    const abstract = path[0] === '@'
    if (abstract) bytes[0] = 0
    const address = new Uint8Array(2 + bytes.length + (abstract ? 0 : 1))
    address[0] = AF_UNIX
    address.set(bytes, 2)
    return [memory.bytes(address), address.length]
  },
  show: JSON.stringify,
}

/** connect(2) to a unix socket by path, at most 107 bytes long, or by "@" and an abstract name (unix(7)). */
export const connectUnix = syscall<[socket: Fd, path: string], void>('connect', [descriptor, unixAddress], nothing)

/** bind(2) of a unix socket to a path, at most 107 bytes long, or to "@" and an abstract name. */
export const bindUnix = syscall<[socket: Fd, path: string], void>('bind', [descriptor, unixAddress], nothing)

const MSGHDR = struct({
  name: 'u64',
  namelen: 'u32',
  iov: 'u64',
  iovlen: 'u64',
  control: 'u64',
  controllen: 'u64',
  flags: 'u32',
})
const IOVEC = struct({ base: 'u64', len: 'u64' })
const CMSGHDR = struct({ len: 'u64', level: 'i32', type: 'i32' })
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const MSG_NOSIGNAL = 0x4000

/** Bytes, and descriptors that the receiver gets copies of. */
export interface Message {
  readonly text: string
  readonly descriptors: readonly Fd[]
}

const message: Kind<Message> = {
  encode: ({ text, descriptors }, memory) => {
    const payload = encodeText(text)
    const iov = memory.structure(IOVEC, { base: memory.bytes(payload), len: payload.length })
    const length = CMSGHDR.size + 4 * descriptors.length
    const control = new Uint8Array((length + 7) & ~7)
    control.set(CMSGHDR.write({ len: length, level: SOL_SOCKET, type: SCM_RIGHTS }))
    const numbers = new Int32Array(descriptors.map((fd) => memory.descriptor(fd)))
    control.set(new Uint8Array(numbers.buffer), CMSGHDR.size)
    const rights = descriptors.length === 0 ? {} : { control: memory.bytes(control), controllen: control.length }
    return memory.structure(MSGHDR, { iov, iovlen: 1, ...rights })
  },
  show: ({ text, descriptors }) => `{${JSON.stringify(text)}, [${descriptors.join(', ')}]}`,
}

/** sendmsg(2) with SCM_RIGHTS; gives the number of bytes sent. */
export const sendMessage = syscall<[socket: Fd, message: Message], number>(
  'sendmsg',
  [descriptor, message, constant(MSG_NOSIGNAL, 'NOSIGNAL')],
  number,
)

const SOCK_SEQPACKET = 5

/** socketpair(AF_UNIX, SOCK_SEQPACKET): two ends of a connection that keeps messages apart. */
export const socketPair = syscall<[], readonly [Fd, Fd]>(
  'socketpair',
  [constant(AF_UNIX, 'AF_UNIX'), constant(SOCK_SEQPACKET | SOCK_CLOEXEC, 'SOCK_SEQPACKET'), constant(0), room(8)],
  {
    kind: 'value',
    decode: (_, [view], adopt) => [
      adopt(view?.getInt32(0, true) ?? -1, 'socket, one end'),
      adopt(view?.getInt32(4, true) ?? -1, 'socket, other end'),
    ],
    show: ([one, other]) => `[${one}, ${other}]`,
  },
)

const MSG_CMSG_CLOEXEC = 0x4000_0000
/** Longer messages are cut off by the kernel. */
const MOST_RECEIVED = 32768

/** What has come: no bytes at the end of the connection; one descriptor at most. */
export interface Received {
  readonly bytes: Uint8Array
  readonly descriptor: Fd | undefined
}

/** recvmsg(2): one message, of 32 KiB at most, with a descriptor if it brings one (SCM_RIGHTS). */
export const receive = syscall<[socket: Fd], Received>(
  'recvmsg',
  [
    descriptor,
    hidden((memory) => {
      const iov = memory.structure(IOVEC, { base: memory.space(MOST_RECEIVED), len: MOST_RECEIVED })
      // Room for one descriptor: the kernel closes those that find none.
      const control = memory.room(CMSGHDR.size + 8)
      const header = { iov, iovlen: 1, control, controllen: CMSGHDR.size + 8 }
      return memory.room(MSGHDR.size, MSGHDR.write(header))
    }),
    constant(MSG_CMSG_CLOEXEC, 'CMSG_CLOEXEC'),
  ],
  {
    kind: 'value',
    decode: (raw, [data, control, header], adopt) => ({
      bytes: data === undefined ? new Uint8Array() : new Uint8Array(data.buffer, data.byteOffset, raw).slice(),
      descriptor:
        control !== undefined && header !== undefined && MSGHDR.read(header).controllen >= CMSGHDR.size + 4
          ? rightsIn(control, adopt)
          : undefined,
    }),
    show: ({ bytes, descriptor: fd }) => `${bytes.length}${fd === undefined ? '' : ` with ${fd}`}`,
  },
)

function rightsIn(control: DataView, adopt: (number: number, label: string) => Fd): Fd | undefined {
  const { level, type } = CMSGHDR.read(control)
  if (level !== SOL_SOCKET || type !== SCM_RIGHTS) return undefined
  return adopt(control.getInt32(CMSGHDR.size, true), 'received')
}

const SIOCSIFFLAGS = 0x8914
const IFF_UP_RUNNING = 0x41
const IFREQ_SIZE = 40

/** SIOCSIFFLAGS: brings an interface up. */
export const interfaceUp = syscall<[socket: Fd, name: string], void>(
  'ioctl',
  [
    descriptor,
    constant(SIOCSIFFLAGS, 'SIOCSIFFLAGS'),
    {
      encode: (name: string, memory) => {
        const request = new Uint8Array(IFREQ_SIZE)
        request.set(encodeText(name).subarray(0, 15))
        request[16] = IFF_UP_RUNNING
        return memory.bytes(request)
      },
      show: (name: string) => `{"${name}", UP|RUNNING}`,
    },
  ],
  nothing,
)

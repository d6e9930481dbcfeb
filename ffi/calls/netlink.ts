// Network interfaces by rtnetlink(7): requests as values with a text for people, and what the kernel answers. A socket
// belongs to the network namespace that it was made in, whoever uses it.

import { type Kind, syscall } from '../call.ts'
import { errnoName } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { constant, decodeText, descriptor, encodeText, nothing, ownedFd } from '../kinds.ts'
import { struct } from '../struct.ts'

const AF_NETLINK = 16
const SOCK_RAW_CLOEXEC = 3 | 0o2000000

/** socket(AF_NETLINK) for NETLINK_ROUTE. */
export const netlinkSocket = syscall<[], Fd>(
  'socket',
  [constant(AF_NETLINK, 'AF_NETLINK'), constant(SOCK_RAW_CLOEXEC, 'SOCK_RAW'), constant(0, 'ROUTE')],
  ownedFd,
)

/** What is asked of the kernel. `bytes` takes what tells the number of a descriptor. */
export interface NetlinkRequest {
  readonly text: string
  bytes(numberOf: (fd: Fd) => number): Uint8Array
}

const request: Kind<NetlinkRequest> = {
  encode: (value, memory) => {
    const bytes = value.bytes((fd) => memory.descriptor(fd))
    return [memory.bytes(bytes), bytes.length]
  },
  show: ({ text }) => `{${text}}`,
}

/** write(2) of one request to a netlink socket; the answers are read from the same socket. */
export const sendRequest = syscall<[socket: Fd, request: NetlinkRequest], void>('write', [descriptor, request], nothing)

const HEADER = struct({ len: 'u32', type: 'u16', flags: 'u16', seq: 'u32', pid: 'u32' })
const LINK = struct({ family: 'u8', pad: 'u8', type: 'u16', index: 'i32', flags: 'u32', change: 'u32' })
const ADDRESS = struct({ family: 'u8', prefix: 'u8', flags: 'u8', scope: 'u8', index: 'u32' })
const ATTRIBUTE = struct({ len: 'u16', type: 'u16' })

const TYPE = { ERROR: 2, DONE: 3, NEWLINK: 16, GETLINK: 18, NEWADDR: 20, GETADDR: 22 } as const
/** REQUEST; ACK: an answer also to success; DUMP: all there are; CREATE and EXCL as open(2) has them. */
const FLAGS = { one: 0x1 | 0x4, all: 0x1 | 0x300, new: 0x1 | 0x4 | 0x400 | 0x200 } as const
const IFLA = { IFNAME: 3, NET_NS_FD: 28 } as const
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4, FLAGS: 8 } as const
const IFF_UP = 1
const IFA_F_PERMANENT = 0x80

/** An interface. */
export interface Link {
  readonly kind: 'link'
  readonly index: number
  readonly name: string
  readonly up: boolean
}

/** An address of an interface, with the attributes that make it the same one elsewhere. */
export interface Address {
  readonly kind: 'address'
  /** Index of its interface. */
  readonly index: number
  readonly family: number
  readonly prefix: number
  readonly scope: number
  /** Whether it stays until it is taken away: not so what comes from a router. */
  readonly permanent: boolean
  readonly attributes: readonly { readonly type: number; readonly value: Uint8Array }[]
}

/** One answer: something that was asked for, or the end, with what went wrong. */
export type NetlinkReply = Link | Address | { readonly kind: 'end'; readonly errno: string | undefined }

/** RTM_GETLINK of one interface. */
export function linkNamed(name: string): NetlinkRequest {
  return {
    text: `RTM_GETLINK "${name}"`,
    bytes: () => message(TYPE.GETLINK, FLAGS.one, LINK.write({}), attribute(IFLA.IFNAME, nameBytes(name))),
  }
}

/** RTM_GETLINK of all interfaces. */
export const allLinks: NetlinkRequest = {
  text: 'RTM_GETLINK',
  bytes: () => message(TYPE.GETLINK, FLAGS.all, LINK.write({})),
}

/** RTM_GETADDR of all interfaces. */
export const allAddresses: NetlinkRequest = {
  text: 'RTM_GETADDR',
  bytes: () => message(TYPE.GETADDR, FLAGS.all, ADDRESS.write({})),
}

/** RTM_NEWLINK: moves an interface to another network namespace, where it has this name; it goes down on the way. */
export function moveLink(index: number, namespace: Fd, name: string): NetlinkRequest {
  return {
    text: `RTM_NEWLINK ${index} to ${namespace} as "${name}"`,
    bytes: (numberOf) =>
      message(
        TYPE.NEWLINK,
        FLAGS.one,
        LINK.write({ index }),
        attribute(IFLA.NET_NS_FD, new Uint8Array(new Uint32Array([numberOf(namespace)]).buffer)),
        attribute(IFLA.IFNAME, nameBytes(name)),
      ),
  }
}

/** RTM_NEWLINK: brings an interface up. */
export function linkUp(index: number): NetlinkRequest {
  return {
    text: `RTM_NEWLINK ${index} up`,
    bytes: () => message(TYPE.NEWLINK, FLAGS.one, LINK.write({ index, flags: IFF_UP, change: IFF_UP })),
  }
}

/** RTM_NEWADDR: gives an interface an address. */
export function addAddress(index: number, { family, prefix, scope, attributes }: Address): NetlinkRequest {
  return {
    text: `RTM_NEWADDR ${index}`,
    bytes: () =>
      message(
        TYPE.NEWADDR,
        FLAGS.new,
        ADDRESS.write({ family, prefix, scope, index }),
        ...attributes.map(({ type, value }) => attribute(type, value)),
      ),
  }
}

/** Takes what one read(2) of a netlink socket gave, gives the answers in it. */
export function parseReplies(bytes: Uint8Array): NetlinkReply[] {
  const replies: NetlinkReply[] = []
  for (let at = 0; at + HEADER.size <= bytes.length;) {
    const { len, type } = HEADER.read(viewOf(bytes, at))
    if (len < HEADER.size || at + len > bytes.length) break
    const reply = parseReply(type, bytes.subarray(at + HEADER.size, at + len))
    if (reply !== undefined) replies.push(reply)
    at += aligned(len)
  }
  return replies
}

function parseReply(type: number, body: Uint8Array): NetlinkReply | undefined {
  if (type === TYPE.ERROR || type === TYPE.DONE) {
    const result = body.length < 4 ? 0 : viewOf(body).getInt32(0, true)
    return { kind: 'end', errno: result === 0 ? undefined : errnoName(-result) }
  }
  if (type === TYPE.NEWLINK) {
    const { index, flags } = LINK.read(viewOf(body))
    const name = attributesIn(body.subarray(LINK.size)).find((one) => one.type === IFLA.IFNAME)?.value
    return { kind: 'link', index, name: textOf(name), up: (flags & IFF_UP) !== 0 }
  }
  return type === TYPE.NEWADDR ? parseAddress(body) : undefined
}

function parseAddress(body: Uint8Array): Address {
  const { family, prefix, flags, scope, index } = ADDRESS.read(viewOf(body))
  const all = attributesIn(body.subarray(ADDRESS.size))
  const wide = all.find(({ type }) => type === IFA.FLAGS)?.value
  const whole = wide === undefined || wide.length < 4 ? flags : viewOf(wide).getUint32(0, true)
  const kept: readonly number[] = Object.values(IFA)
  return {
    kind: 'address',
    index,
    family,
    prefix,
    scope,
    permanent: (whole & IFA_F_PERMANENT) !== 0,
    attributes: all.filter(({ type }) => kept.includes(type)),
  }
}

function attributesIn(bytes: Uint8Array): { type: number; value: Uint8Array }[] {
  const found: { type: number; value: Uint8Array }[] = []
  for (let at = 0; at + ATTRIBUTE.size <= bytes.length;) {
    const { len, type } = ATTRIBUTE.read(viewOf(bytes, at))
    if (len < ATTRIBUTE.size || at + len > bytes.length) break
    found.push({ type, value: bytes.slice(at + ATTRIBUTE.size, at + len) })
    at += aligned(len)
  }
  return found
}

function message(type: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const len = parts.reduce((sum, part) => sum + part.length, HEADER.size)
  const bytes = new Uint8Array(len)
  bytes.set(HEADER.write({ len, type, flags, seq: 1 }))
  let at = HEADER.size
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  const len = ATTRIBUTE.size + value.length
  const bytes = new Uint8Array(aligned(len))
  bytes.set(ATTRIBUTE.write({ len, type }))
  bytes.set(value, ATTRIBUTE.size)
  return bytes
}

const aligned = (length: number) => (length + 3) & ~3
const viewOf = (bytes: Uint8Array, at = 0) => new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at)
const nameBytes = (name: string) => encodeText(`${name}\0`)
const textOf = (value: Uint8Array | undefined) =>
  value === undefined ? '' : decodeText(value.subarray(0, Math.max(value.indexOf(0), 0)))

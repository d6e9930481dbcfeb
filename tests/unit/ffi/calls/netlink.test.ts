// rtnetlink messages: how requests lie in memory, and how answers are read, the kernel's own among them.

import { describe, expect, test } from 'bun:test'

import { read } from '#ffi/calls/file.ts'
import {
  addAddress,
  type Address,
  allAddresses,
  allLinks,
  linkNamed,
  linkUp,
  moveLink,
  type NetlinkReply,
  type NetlinkRequest,
  netlinkSocket,
  parseReplies,
  sendRequest,
} from '#ffi/calls/netlink.ts'
import { here } from '#ffi/perform/here.ts'

const hex = (request: NetlinkRequest) => request.bytes(() => 9).toHex()
const u32 = (...values: readonly number[]) => new Uint8Array(new Uint32Array(values).buffer)

describe('a request', () => {
  test('for one interface names it, and wants an answer in any case', () => {
    // Length 40, GETLINK, REQUEST|ACK, number 1; an empty ifinfomsg; IFNAME of 5 bytes, padded.
    expect(hex(linkNamed('eth0'))).toBe(
      `2c000000120005000100000000000000${'00'.repeat(16)}0900030065746830000000${'00'}`,
    )
  })

  test('for a move has the number of the namespace, and the new name', () => {
    using namespace = here(netlinkSocket())
    const bytes = hex(moveLink(3, namespace, 'a'))
    expect(bytes.slice(32, 64)).toBe('00000000030000000000000000000000')
    expect(bytes.slice(64)).toBe('08001c00090000000600030061000000')
    expect(moveLink(3, namespace, 'a').text).toBe(`RTM_NEWLINK 3 to ${namespace} as "a"`)
  })

  test('to bring an interface up changes this one flag', () => {
    expect(hex(linkUp(3)).slice(32)).toBe('00000000030000000100000001000000')
  })

  test('for an address has what the address had', () => {
    const attributes = [{ type: 2, value: new Uint8Array([10, 0, 0, 1]) }]
    const address: Address = { kind: 'address', index: 1, family: 2, prefix: 24, scope: 0, permanent: true, attributes }
    expect(hex(addAddress(5, address)).slice(8)).toBe(
      `14000506${'0100000000000000'}${'0218000005000000'}080002000a000001`,
    )
  })
})

/** A message of `type` with this body, as the kernel sends it. */
function answer(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = parts.flatMap((part) => [...part])
  return new Uint8Array([...u32(16 + body.length), type, 0, 0, 0, ...u32(1, 0), ...body])
}

describe('an answer', () => {
  test('is an error by its name, or the end', () => {
    const refused = answer(2, u32(-19 >>> 0))
    expect(parseReplies(refused)).toEqual([{ kind: 'end', errno: 'ENODEV' }])
    expect(parseReplies(answer(2, u32(0)))).toEqual([{ kind: 'end', errno: undefined }])
    expect(parseReplies(answer(3))).toEqual([{ kind: 'end', errno: undefined }])
  })

  test('that breaks off, or is longer than what was read, is left out', () => {
    expect(parseReplies(answer(3).slice(0, 12))).toEqual([])
    expect(parseReplies(u32(4096, 0, 0, 0))).toEqual([])
    expect(parseReplies(u32(0, 0, 0, 0))).toEqual([])
  })

  test('says whether an address stays', () => {
    const address = (flags: number) => answer(20, new Uint8Array([2, 8, flags, 0, 1, 0, 0, 0]))
    expect(parseReplies(address(0x80))).toMatchObject([{ kind: 'address', permanent: true, prefix: 8, index: 1 }])
    expect(parseReplies(address(0))).toMatchObject([{ permanent: false }])
  })
})

/** All that the kernel answers to a request, in our own network namespace. */
function asked(request: NetlinkRequest): NetlinkReply[] {
  using socket = here(netlinkSocket())
  here(sendRequest(socket, request))
  const replies: NetlinkReply[] = []
  while (!replies.some(({ kind }) => kind === 'end')) replies.push(...parseReplies(here(read(socket, 32_768))))
  return replies
}

test('the kernel understands the requests, and its answers are understood', () => {
  const loopback = { kind: 'link', index: 1, name: 'lo' }
  expect(asked(linkNamed('lo'))).toEqual([expect.objectContaining(loopback), { kind: 'end', errno: undefined }])
  expect(asked(allLinks)).toContainEqual(expect.objectContaining(loopback))
  expect(asked(linkNamed('absent'))).toEqual([{ kind: 'end', errno: 'ENODEV' }])
  expect(asked(allAddresses).at(-1)).toEqual({ kind: 'end', errno: undefined })
})

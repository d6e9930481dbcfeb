// Sockets: a message with descriptors, taken apart, and a real one that arrives.

import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'

import { closesOnExec } from '#ffi/calls/descriptor.ts'
import { fstat, put, read } from '#ffi/calls/file.ts'
import {
  bindUnix,
  connectUnix,
  inetSocket,
  interfaceUp,
  receive,
  sendMessage,
  socketPair,
  unixSocket,
} from '#ffi/calls/socket.ts'
import { decodeText } from '#ffi/kinds.ts'
import { here } from '#ffi/perform/here.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'
import { scratch } from '../scratch.ts'

const owner = pretendedOwner()
const socket = owner.open('socket', 3)

describe('an address', () => {
  test('is a family and a path that ends with NUL', () => {
    const { args, bytes } = encoded(connectUnix(socket, '/run/s'))
    expect([args[0], args[2]]).toEqual([3n, 9n])
    expect(bytes(1, 9)).toEqual(new Uint8Array([1, 0, ...new TextEncoder().encode('/run/s'), 0]))
    expect(bindUnix(socket, '/run/s').show()).toBe('bind(3<socket>, "/run/s")')
  })

  test('is abstract when it begins with "@": a NUL first, and none at its end', () => {
    const { args, bytes } = encoded(connectUnix(socket, '@name'))
    expect([args[0], args[2]]).toEqual([3n, 7n])
    expect(bytes(1, 7)).toEqual(new Uint8Array([1, 0, 0, ...new TextEncoder().encode('name')]))
  })

  test('has room for 107 bytes', () => {
    expect(encoded(bindUnix(socket, 'x'.repeat(107))).args[2]).toBe(110n)
    expect(() => encoded(bindUnix(socket, 'ä'.repeat(54)))).toThrow('Path of a socket is longer than 107 bytes')
  })
})

describe('a message', () => {
  /** The fields of struct msghdr that are used. */
  function parts(call: ReturnType<typeof sendMessage>) {
    const { view, bytes } = encoded(call)
    const header = view(1, 56)
    const word = (at: number) => header.getBigUint64(at, true)
    const iovec = view(word(16), 16)
    const [length, control] = [Number(word(40)), word(32)]
    return {
      payload: decodeText(bytes(iovec.getBigUint64(0, true), Number(iovec.getBigUint64(8, true)))),
      count: word(24),
      control: length === 0 ? undefined : { length, view: view(control, length) },
    }
  }

  test('carries text and descriptors by number', () => {
    const descriptors = [owner.open('a', 7), owner.open('b', 8)]
    const { payload, count, control } = parts(sendMessage(socket, { text: 'tty', descriptors }))
    expect([payload, count, control?.length]).toEqual(['tty', 1n, 24])
    // struct cmsghdr: length, SOL_SOCKET, SCM_RIGHTS, then the numbers.
    const [length, ...rest] = [
      control?.view.getBigUint64(0, true),
      ...[8, 12, 16, 20].map((at) => control?.view.getInt32(at, true)),
    ]
    expect([length, ...rest]).toEqual([24n, 1, 1, 7, 8])
  })

  test('with one descriptor tells its real length, and is padded', () => {
    const { control } = parts(sendMessage(socket, { text: '', descriptors: [owner.open('a', 7)] }))
    expect([control?.length, control?.view.getBigUint64(0, true)]).toEqual([24, 20n])
  })

  test('without descriptors has no ancillary part', () => {
    expect(parts(sendMessage(socket, { text: 'x', descriptors: [] })).control).toBeUndefined()
  })

  test('reads with all it carries, and never raises SIGPIPE', () => {
    const call = sendMessage(socket, { text: 'x', descriptors: [owner.open('pty', 9)] })
    expect(call.show()).toBe('sendmsg(3<socket>, {"x", [9<pty>]}, NOSIGNAL)')
    expect(encoded(call).args[2]).toBe(0x4000n)
  })

  test('arrives', () => {
    using at = scratch()
    using receiver = here(unixSocket('DGRAM'))
    using sender = here(unixSocket('DGRAM'))
    here(bindUnix(receiver, at.path('socket')))
    expect(existsSync(at.path('socket'))).toBe(true)
    here(connectUnix(sender, at.path('socket')))
    expect(here(sendMessage(sender, { text: 'hello', descriptors: [sender] }))).toBe(5)
    expect(decodeText(here(read(receiver, 100)))).toBe('hello')
  })

  test('to nobody is refused', () => {
    using at = scratch()
    using stream = here(unixSocket('STREAM'))
    expect(() => here(connectUnix(stream, at.path('nothing')))).toThrow('ENOENT')
  })
})

describe('a connection of two ends', () => {
  test('keeps messages apart, and tells its end by none', () => {
    const [one, other] = here(socketPair())
    using reader = other
    {
      using writer = one
      here(put(writer, 'first'))
      here(put(writer, new Uint8Array([1, 2])))
    }
    expect(here(receive(reader))).toEqual({ bytes: new TextEncoder().encode('first'), descriptor: undefined })
    expect(here(receive(reader)).bytes).toEqual(new Uint8Array([1, 2]))
    expect(here(receive(reader)).bytes).toHaveLength(0)
  })

  test('brings a descriptor, which no program inherits', () => {
    const [one, other] = here(socketPair())
    using writer = one
    using reader = other
    here(sendMessage(writer, { text: 'here', descriptors: [reader] }))
    const { bytes, descriptor } = here(receive(reader))
    using received = descriptor
    if (received === undefined) throw new Error('No descriptor has come')
    expect(decodeText(bytes)).toBe('here')
    expect(here(fstat(received)).ino).toBe(here(fstat(reader)).ino)
    expect(here(closesOnExec(received))).toBe(true)
  })
})

test('an interface is brought up by name', () => {
  const { args, bytes } = encoded(interfaceUp(socket, 'lo'))
  const request = bytes(2, 40)
  expect([args[1], decodeText(request.subarray(0, 3)), request[16]]).toEqual([0x8914n, 'lo\0', 0x41])
  expect(interfaceUp(socket, 'lo').show()).toBe('ioctl(3<socket>, SIOCSIFFLAGS, {"lo", UP|RUNNING})')
  using inet = here(inetSocket())
  expect(() => here(interfaceUp(inet, 'bunc-test-none'))).toThrow(/ENODEV|EPERM/)
})

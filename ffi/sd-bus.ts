// Talks D-Bus by sd-bus of the host's libsystemd: calls with their arguments, replies, signals (sd-bus(3)). Of its
// functions only those with a fixed number of arguments are used. Knows no method of any service.

import { errnoName, errnoSentence } from './errno.ts'
import { openLibrary, textAt } from './libc.ts'

/** A value with its D-Bus type (D-Bus Specification, "Type System"); `t` is 64 bits without a sign. */
export type Value =
  | { readonly type: 'b'; readonly value: boolean }
  | { readonly type: 's'; readonly value: string }
  | { readonly type: 'i' | 'u'; readonly value: number }
  | { readonly type: 'x' | 't'; readonly value: bigint }
  | { readonly type: 'd'; readonly value: number }
  | { readonly type: 'ay'; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly type: 'as'; readonly value: readonly string[] }
  | { readonly type: 'au'; readonly value: readonly number[] }
  | { readonly type: 'a(ss)'; readonly value: readonly (readonly [string, string])[] }

/** A value with the name of the property that gets it. */
export type Property = Value & { readonly name: string }

/** An argument of a call: a value, properties, or the auxiliary units of systemd, of which there are none. */
export type CallArgument =
  | Value
  | { readonly type: 'a(sv)'; readonly value: readonly Property[] }
  | { readonly type: 'a(sa(sv))'; readonly value: readonly [] }

/** Which method of which object. */
export interface Method {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
}

/** A call that was refused, or a bus that cannot be reached. */
export class BusError extends Error {
  override readonly name = 'BusError'
  /** The D-Bus name of the error; for one of our side, the name of an errno. */
  readonly errorName: string

  constructor(errorName: string, message: string) {
    super(message)
    this.errorName = errorName
  }
}

const FUNCTIONS = {
  sd_bus_open_system: ['ptr'],
  sd_bus_open_user: ['ptr'],
  sd_bus_flush_close_unref: ['ptr'],
  sd_bus_call: ['ptr', 'ptr', 'u64', 'ptr', 'ptr'],
  sd_bus_process: ['ptr', 'ptr'],
  sd_bus_wait: ['ptr', 'u64'],
  sd_bus_error_free: ['ptr'],
  sd_bus_message_new_method_call: ['ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'],
  sd_bus_message_unref: ['ptr'],
  sd_bus_message_append_basic: ['ptr', 'i8', 'ptr'],
  sd_bus_message_append_array: ['ptr', 'i8', 'ptr', 'u64'],
  sd_bus_message_open_container: ['ptr', 'i8', 'ptr'],
  sd_bus_message_close_container: ['ptr'],
  sd_bus_message_enter_container: ['ptr', 'i8', 'ptr'],
  sd_bus_message_read_basic: ['ptr', 'i8', 'ptr'],
  sd_bus_message_is_signal: ['ptr', 'ptr', 'ptr'],
} as const
type Library = NonNullable<ReturnType<typeof openLibrary<keyof typeof FUNCTIONS>>>

/** Where Debian and Fedora and what comes of them have it, for both architectures. */
const PLACES = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/lib64',
  '/lib',
] as const

/** Of the host, or of a user: that one is where DBUS_SESSION_BUS_ADDRESS says, else in XDG_RUNTIME_DIR. */
export type Whose = 'system' | 'user'

/** The connection to a bus. */
export class Bus implements Disposable {
  readonly #library: Library
  readonly #bus: number

  /** Throws a BusError where there is no libsystemd, or nobody answers. */
  constructor(whose: Whose) {
    this.#library = opened()
    const room = new BigUint64Array(1)
    checked(this.#library[`sd_bus_open_${whose}`](room))
    this.#bus = addressIn(room)
  }

  /** Calls a method and waits for its reply, so many milliseconds at most. Throws a BusError. */
  call(method: Method, args: readonly CallArgument[], milliseconds: number): Message {
    using message = this.#message(method)
    for (const arg of args) message.append(arg)
    const error = new BigUint64Array(ERROR_WORDS)
    const reply = new BigUint64Array(1)
    const result = this.#library.sd_bus_call(this.#bus, message.address, microseconds(milliseconds), error, reply)
    if (result < 0) throw this.#refusal(error, result)
    return new Message(this.#library, addressIn(reply))
  }

  #message({ destination, path, interface: name, member }: Method): Message {
    const room = new BigUint64Array(1)
    const names = [destination, path, name, member].map(text)
    checked(this.#library.sd_bus_message_new_method_call(this.#bus, room, ...names))
    return new Message(this.#library, addressIn(room))
  }

  #refusal(error: BigUint64Array, result: number): BusError {
    // The third word is no pointer.
    const [name, message] = [...error.subarray(0, 2)].map((address) => (address === 0n ? '' : textAt(Number(address))))
    this.#library.sd_bus_error_free(error)
    return name === undefined || name === '' ? failure(result) : new BusError(name, message ?? '')
  }

  /** Gives the next message that comes, in so many milliseconds; undefined when none has come. Throws a BusError. */
  next(milliseconds: number): Message | undefined {
    const until = performance.now() + milliseconds
    for (;;) {
      const room = new BigUint64Array(1)
      const worked = checked(this.#library.sd_bus_process(this.#bus, room))
      if (room[0] !== 0n) return new Message(this.#library, addressIn(room))
      const left = until - performance.now()
      if (left <= 0) return undefined
      if (worked === 0) checked(this.#library.sd_bus_wait(this.#bus, microseconds(left)), 'EINTR')
    }
  }

  [Symbol.dispose](): void {
    this.#library.sd_bus_flush_close_unref(this.#bus)
  }
}

/** sd_bus_error has two pointers, to its name and its message, and an int. */
const ERROR_WORDS = 3

/** A message, to be written or to be read from its beginning. */
export class Message implements Disposable {
  readonly #library: Library
  readonly address: number

  constructor(library: Library, address: number) {
    this.#library = library
    this.address = address
  }

  /** Adds an argument. */
  append(arg: CallArgument): void {
    switch (arg.type) {
      case 'a(sv)':
        return this.#array('(sv)', arg.value, (property) => this.#struct('sv', () => this.#property(property)))
      case 'a(ss)':
        return this.#array('(ss)', arg.value, (pair) =>
          this.#struct('ss', () => pair.forEach((s) => this.#basic('s', text(s)))),
        )
      case 'a(sa(sv))':
        return this.#array('(sa(sv))', arg.value, () => undefined)
      case 'as':
        return this.#array('s', arg.value, (s) => this.#basic('s', text(s)))
      case 'au':
        return this.#array('u', arg.value, (u) => this.#basic('u', Uint32Array.of(u)))
      case 'ay':
        checked(this.#library.sd_bus_message_append_array(this.address, code('y'), arg.value, arg.value.length))
        return
      default:
        return this.#basic(arg.type, memoryOf(arg))
    }
  }

  #property(property: Property): void {
    this.#basic('s', text(property.name))
    this.#within('v', property.type, () => this.append(property))
  }

  #array<T>(contents: string, values: readonly T[], each: (value: T) => void): void {
    this.#within('a', contents, () => values.forEach(each))
  }

  #struct(contents: string, write: () => void): void {
    this.#within('r', contents, write)
  }

  #within(container: string, contents: string, write: () => void): void {
    checked(this.#library.sd_bus_message_open_container(this.address, code(container), text(contents)))
    write()
    checked(this.#library.sd_bus_message_close_container(this.address))
  }

  #basic(type: string, memory: NodeJS.TypedArray): void {
    checked(this.#library.sd_bus_message_append_basic(this.address, code(type), memory))
  }

  /** Reads the next argument, which is a string or the path of an object. */
  readText(type: 's' | 'o'): string {
    const room = new BigUint64Array(1)
    checked(this.#library.sd_bus_message_read_basic(this.address, code(type), room))
    return textAt(addressIn(room))
  }

  /** Reads the next argument, a number of 32 bits. */
  readNumber(): number {
    const room = new Uint32Array(1)
    checked(this.#library.sd_bus_message_read_basic(this.address, code('u'), room))
    return room[0] ?? 0
  }

  /** Reads the next argument, a variant with a string in it. */
  readVariantText(): string {
    checked(this.#library.sd_bus_message_enter_container(this.address, code('v'), text('s')))
    return this.readText('s')
  }

  /** Whether this is a signal of that name. */
  isSignal(name: string, member: string): boolean {
    return checked(this.#library.sd_bus_message_is_signal(this.address, text(name), text(member))) > 0
  }

  [Symbol.dispose](): void {
    this.#library.sd_bus_message_unref(this.address)
  }
}

function opened(): Library {
  for (const place of PLACES) {
    const library = openLibrary(`${place}/libsystemd.so.0`, FUNCTIONS)
    if (library !== undefined) return library
  }
  throw new BusError('ENOENT', `libsystemd.so.0 is in none of ${PLACES.map((place) => `"${place}"`).join(', ')}`)
}

/** sd-bus takes fixed-size values by their address. */
function memoryOf(value: Value & { readonly type: 'b' | 's' | 'i' | 'u' | 'x' | 't' | 'd' }): NodeJS.TypedArray {
  switch (value.type) {
    case 'b':
      return Int32Array.of(value.value ? 1 : 0)
    case 's':
      return text(value.value)
    case 'i':
      return Int32Array.of(value.value)
    case 'u':
      return Uint32Array.of(value.value)
    case 'x':
      return BigInt64Array.of(value.value)
    case 't':
      return BigUint64Array.of(value.value)
    case 'd':
      return Float64Array.of(value.value)
  }
}

function text(value: string): Uint8Array {
  if (value.includes('\0')) throw new BusError('EINVAL', `"${value.replaceAll('\0', '\\0')}" has a NUL in it`)
  return new TextEncoder().encode(`${value}\0`)
}

function code(type: string): number {
  return type.charCodeAt(0)
}

function addressIn(room: BigUint64Array): number {
  return Number(room[0] ?? 0n)
}

const MICROSECONDS = 1000

function microseconds(milliseconds: number): bigint {
  return BigInt(Math.ceil(milliseconds * MICROSECONDS))
}

/** sd-bus gives −errno. */
function checked(result: number, ...harmless: readonly string[]): number {
  if (result >= 0 || harmless.includes(errnoName(-result))) return result
  throw failure(result)
}

function failure(result: number): BusError {
  const errno = errnoName(-result)
  return new BusError(errno, errnoSentence(errno))
}

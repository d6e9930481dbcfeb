// The only door to libc: memory that the kernel and JavaScript both see, and functions in machine code. The system
// calls themselves are made by the executor's code (perform/), never by libc: its errno would be a second way to fail.
// A bare name is safe here alone: the C library is always loaded already, so ld.so does not search for it. Bun would
// look for any other bare name in the current directory, which may be a hostile image's.

import { CFunction, CString, dlopen, toArrayBuffer } from 'bun:ffi'
import { MACHINE } from './machine.ts'

/** Set by compile.ts: which C library the binary is linked with. */
declare const BUNC_LIBC: string | undefined
const LIBC =
  typeof BUNC_LIBC === 'undefined' || BUNC_LIBC === 'glibc'
    ? 'libc.so.6'
    : `libc.musl-${MACHINE === 'x64' ? 'x86_64' : 'aarch64'}.so.1`

const libc = dlopen(LIBC, {
  mmap: { args: ['ptr', 'u64', 'i32', 'i32', 'i32', 'i64'], returns: 'ptr' },
  munmap: { args: ['ptr', 'u64'], returns: 'i32' },
  mprotect: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
}).symbols

const PAGE = 4096
const PROT_READ = 1
const PROT_WRITE = 2
const PROT_EXEC = 4
const MAP_SHARED = 1
const MAP_PRIVATE = 2
const MAP_ANONYMOUS = 0x20
/** What mmap returns as MAP_FAILED arrives as a number beyond every address. */
const HIGHEST_ADDRESS = 2 ** 48

/** Memory outside the JavaScript heap: it never moves, and it is there until `unmap`. */
export interface Mapping {
  readonly address: number
  readonly size: number
  /** Takes an offset and a size, gives the bytes of that part. */
  view(offset: number, size: number): Uint8Array<ArrayBuffer>
}

/**
 * Takes a size in bytes, and where it is to be if there is room; gives zeroed private memory. Throws when the kernel has
 * none (mmap(2)).
 */
export function mapMemory(size: number, wanted: number | null = null): Mapping {
  return mapped(libc.mmap(wanted as never, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size)
}

/** Where nothing of an executable is, below 2³¹: there an address is a small integer to the engine, and no double. */
let low = 0x4000_0000

/** As `mapMemory`, for memory whose addresses are passed on often: low in the address space, if there is room. */
export function mapLow(size: number): Mapping {
  const wanted = low
  low += Math.ceil(size / PAGE) * PAGE
  return mapMemory(size, wanted)
}

/** Takes the number of a memfd and a size in bytes, gives its memory, shared with whoever else maps it (mmap(2)). */
export function mapShared(descriptor: number, size: number): Mapping {
  return mapped(libc.mmap(null, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), size)
}

/** Gives memory back to the kernel; its views must not be used afterwards (munmap(2)). */
export function unmap(mapping: Mapping): void {
  libc.munmap(mapping.address as never, mapping.size)
}

/** The functions of the executor that run in this process; what they take and give stands in executor/program.ts. */
export interface Functions {
  perform(request: number, reply: number): void
  hand(request: number, turn: number): void
  watch(request: number, turn: number, reply: number, timeout: number): number
  spawn(cloneArgs: number, size: number, request: number, reply: number): number
  /** The address of a label. */
  addressOf(label: string): number
  /** Replaces the 32 bits at a label. */
  patch(label: string, value: number): void
}

/** Takes the executor's code and the offsets of its functions, makes them callable. */
export function callable(code: Uint8Array<ArrayBuffer>, offsetOf: (label: string) => number): Functions {
  const memory = mapMemory(code.length)
  memory.view(0, code.length).set(code)
  // Written first and made executable after: memory is never both (W^X), and mprotect(2) makes arm64 see the new code.
  const protect = (protection: number) => {
    if (libc.mprotect(memory.address as never, code.length, protection) !== 0)
      throw new Error('Cannot make machine code executable: mprotect failed (does a policy deny execmem?)')
  }
  protect(PROT_READ | PROT_EXEC)
  const at = <F>(label: string, args: 'two' | 'four', returns: 'void' | 'u32' | 'i32') =>
    CFunction({
      // Bun's Pointer is a branded number.
      ptr: (memory.address + offsetOf(label)) as never,
      args: args === 'two' ? ['u64', 'u64'] : ['u64', 'u64', 'u64', 'u64'],
      returns,
    }) as F
  return {
    perform: at('perform', 'two', 'void'),
    hand: at('hand', 'two', 'void'),
    watch: at('watch', 'four', 'u32'),
    spawn: at('spawn', 'four', 'i32'),
    addressOf: (label) => memory.address + offsetOf(label),
    patch: (label, value) => {
      protect(PROT_READ | PROT_WRITE)
      new DataView(memory.view(offsetOf(label), 4).buffer).setUint32(0, value, true)
      protect(PROT_READ | PROT_EXEC)
    },
  }
}

/** The functions of the program that the kernel has mapped with the executable: see snapshot/program.ts. */
export interface SnapshotFunctions {
  suspend(request: number, reply: number): void
  processor(): bigint
}

/** Takes the addresses of two functions that are in memory, makes them callable. */
export function snapshotFunctions(suspend: number, processor: number): SnapshotFunctions {
  const at = (address: number) => address as never
  return {
    suspend: CFunction({ ptr: at(suspend), args: ['u64', 'u64'], returns: 'void' }),
    processor: CFunction({ ptr: at(processor), args: [], returns: 'u64' }),
  } as unknown as SnapshotFunctions
}

/** Takes an address of this process and a size, gives the bytes that are there. */
export function memoryAt(address: number, size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toArrayBuffer(address as never, 0, size))
}

/** What a function of another library takes: memory that is ours or theirs, or a number of so many bits. */
export type Argument = 'ptr' | 'u64' | 'i8'
/** A function of another library, whose result is an `int`; memory that is passed stays in place during the call. */
export type LibraryFunction = (...args: readonly (NodeJS.TypedArray | number | bigint | null)[]) => number

/**
 * Opens another library of the host. Takes its absolute path (see above for why no other) and what its functions take;
 * gives the functions, or undefined where there is no such library or it is of another kind (dlopen(3)).
 */
export function openLibrary<Name extends string>(
  path: `/${string}`,
  functions: Readonly<Record<Name, readonly Argument[]>>,
): Readonly<Record<Name, LibraryFunction>> | undefined {
  const names = Object.entries<readonly Argument[]>(functions)
  const declared = names.map(([name, args]) => [name, { args: [...args], returns: 'i32' as const }] as const)
  try {
    return dlopen(path, Object.fromEntries(declared)).symbols as never
  } catch {
    return undefined
  }
}

/** Takes an address that a library has given, gives the text that stands there up to its NUL. */
export function textAt(address: number): string {
  return new CString(address as never).toString()
}

function mapped(address: unknown, size: number): Mapping {
  if (typeof address !== 'number' || address <= 0 || address > HIGHEST_ADDRESS)
    throw new Error(`Cannot map ${size} bytes of memory: mmap failed`)
  return { address, size, view: (offset, length) => new Uint8Array(toArrayBuffer(address as never, offset, length)) }
}

// Descriptors themselves: close(2), dup(2), fcntl(2), pipe(2), close_range(2), poll(2), memfd_create(2).

import { syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { bits, constant, descriptor, integer, nothing, number, orOf, ownedFd, room, text } from '../kinds.ts'
import { struct } from '../struct.ts'

/** The flags of open(2) whose value depends on the architecture stand in calls/file.ts. */
const CLOEXEC = 0o2000000
const NONBLOCK = 0o4000

/** close(2). Descriptors are closed by `using`; this is for who implements that. */
export const close = syscall<[fd: Fd], void>('close', [descriptor], nothing)

/** dup3(2): makes `to` the number of another descriptor of the same file. Without CLOEXEC: it is meant to be inherited. */
export const dupTo = syscall<[fd: Fd, to: number], void>('dup3', [descriptor, integer, constant(0)], nothing)

const F_GETFD = 1
const F_SETFD = 2
const FD_CLOEXEC = 1
const F_GETFL = 3
const F_SETFL = 4
const F_ADD_SEALS = 1033
const F_DUPFD_CLOEXEC = 1030

/** fcntl(F_DUPFD_CLOEXEC): another descriptor of the same file, numbered `least` or higher. */
export const duplicate = syscall<[fd: Fd, least: number], Fd>(
  'fcntl',
  [descriptor, constant(F_DUPFD_CLOEXEC, 'F_DUPFD_CLOEXEC'), integer],
  ownedFd,
)

/** fcntl(F_SETFD): whether the descriptor is closed by execve(2). */
export const setCloseOnExec = syscall<[fd: Fd, flags: readonly 'FD_CLOEXEC'[]], void>(
  'fcntl',
  [descriptor, constant(F_SETFD, 'F_SETFD'), bits({ FD_CLOEXEC })],
  nothing,
)

/** fcntl(F_GETFD): whether the descriptor is closed by execve(2). */
export const closesOnExec = syscall<[fd: Fd], boolean>('fcntl', [descriptor, constant(F_GETFD, 'F_GETFD')], {
  kind: 'value',
  decode: (flags) => (flags & FD_CLOEXEC) !== 0,
  show: String,
})

/** fcntl(F_GETFL): the status flags as a number. */
export const statusFlags = syscall<[fd: Fd], number>('fcntl', [descriptor, constant(F_GETFL, 'F_GETFL')], number)

/** fcntl(F_SETFL): only NONBLOCK may be set or, by leaving it out, cleared here. */
export const setStatusFlags = syscall<[fd: Fd, flags: readonly 'NONBLOCK'[]], void>(
  'fcntl',
  [descriptor, constant(F_SETFL, 'F_SETFL'), bits({ NONBLOCK })],
  nothing,
)

/** fcntl(F_ADD_SEALS): what may no longer be done to a memfd. */
export const addSeals = syscall<[fd: Fd, seals: readonly ('SEAL' | 'SHRINK' | 'GROW' | 'WRITE')[]], void>(
  'fcntl',
  [descriptor, constant(F_ADD_SEALS, 'F_ADD_SEALS'), bits({ SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8 })],
  nothing,
)

/** memfd_create(2); EXEC (6.3) is needed where vm.memfd_noexec is set and is EINVAL on older kernels. */
export const memfdCreate = syscall<[name: string, flags: readonly ('CLOEXEC' | 'ALLOW_SEALING' | 'EXEC')[]], Fd>(
  'memfd_create',
  [text, bits({ CLOEXEC: 1, ALLOW_SEALING: 2, EXEC: 0x10 })],
  ownedFd,
)

/** pipe2(2): the reading and the writing end. */
export const pipe = syscall<[flags: readonly ('CLOEXEC' | 'NONBLOCK')[]], readonly [read: Fd, write: Fd]>(
  'pipe2',
  [room(8), bits({ CLOEXEC, NONBLOCK })],
  {
    kind: 'value',
    decode: (_, [view], adopt) => [
      adopt(view?.getInt32(0, true) ?? -1, 'pipe, reading'),
      adopt(view?.getInt32(4, true) ?? -1, 'pipe, writing'),
    ],
    show: ([read, write]) => `[${read}, ${write}]`,
  },
)

/** eventfd2(2): a counter that begins at 0 and that the kernel adds to; reading it takes 8 bytes and sets it to 0. */
export const eventfd = syscall<[flags: readonly ('CLOEXEC' | 'NONBLOCK')[]], Fd>(
  'eventfd2',
  [constant(0), bits({ CLOEXEC, NONBLOCK })],
  ownedFd,
)

const POLLFD = struct({ fd: 'i32', events: 'u16', revents: 'u16' })
const POLL = { IN: 1, OUT: 4, ERR: 8, HUP: 16 } as const

/** One descriptor to wait for. */
export interface Waiting {
  readonly fd: Fd
  readonly for: readonly (keyof typeof POLL)[]
}

/**
 * ppoll(2): waits until one of the descriptors is ready, or for `milliseconds` (−1 for ever). Gives, for each of them,
 * whether anything (asked for, error or hang-up) has happened.
 */
export const poll = syscall<[waiting: readonly Waiting[], milliseconds: number], readonly boolean[]>(
  'ppoll',
  [
    {
      encode: (waiting: readonly Waiting[], memory) => {
        const structures = waiting.flatMap(({ fd, for: events }) => [
          ...POLLFD.write({ fd: memory.descriptor(fd), events: orOf(POLL, events) }),
        ])
        return [memory.room(structures.length, new Uint8Array(structures)), waiting.length]
      },
      show: (waiting: readonly Waiting[]) => `[${waiting.map(({ fd }) => fd).join(', ')}]`,
    },
    {
      encode: (milliseconds: number, memory) =>
        milliseconds < 0 ? 0 : memory.structure(TIMESPEC, timespec(milliseconds)),
      show: (milliseconds: number) => (milliseconds < 0 ? 'NULL' : `${milliseconds} ms`),
    },
    constant(0),
    constant(8),
  ],
  {
    kind: 'value',
    decode: (_, [view]) =>
      view === undefined
        ? []
        : Array.from(
            { length: view.byteLength / POLLFD.size },
            (_, i) => view.getUint16(i * POLLFD.size + 6, true) !== 0,
          ),
    show: (ready) => String(ready.filter(Boolean).length),
  },
)

/** struct timespec. */
export const TIMESPEC = struct({ tv_sec: 'i64', tv_nsec: 'i64' })

/** Takes milliseconds, gives them as the fields of TIMESPEC. */
export function timespec(milliseconds: number): { tv_sec: number; tv_nsec: number } {
  return { tv_sec: Math.floor(milliseconds / 1000), tv_nsec: Math.round((milliseconds % 1000) * 1e6) }
}

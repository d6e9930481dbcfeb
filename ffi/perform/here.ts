// Performs calls in this process, at once. The executor's own code makes them, so a result travels the same way as one
// from a task, and errno is a number in memory that nothing between can overwrite.

import { Arena, ARENA_SIZE, NOT_ADDED } from '../arena.ts'
import { atOnce, type Call, type Sys, tolerates } from '../call.ts'
import { close } from '../calls/descriptor.ts'
import { errnoName } from '../errno.ts'
import { SyscallError } from '../error.ts'
import { Fd, type FdOwner } from '../fd.ts'
import { native } from '../executor/native.ts'
import { mapLow } from '../libc.ts'
import { ERRNO } from '../numbers/errno.ts'

const arena = new Arena(mapLow(ARENA_SIZE))
const EINTR = -ERRNO.EINTR

const owner: FdOwner = {
  where: 'here',
  flush: () => {},
  // Linux has closed the descriptor even when close(2) reports a failure, EINTR too: a second try could hit the file that
  // a thread of Bun has opened meanwhile.
  close: (fd) => void once(close(fd)),
}

function own(fd: Fd): undefined {
  if (fd.owner !== owner) throw new RangeError(`Descriptor ${fd} belongs to ${fd.owner.where}, not to this process`)
}

const NOTHING: readonly DataView[] = []

/** Makes one call, which it leaves in the arena; gives what the kernel returned, or undefined where it is not made. */
function once(call: Call<unknown>): number | undefined {
  arena.reset()
  // One that names a missing descriptor.
  if (arena.add(call, own) === NOT_ADDED) return undefined
  arena.seal()
  native.perform(arena.request, arena.reply)
  return arena.result(0)
}

function perform<R>(call: Call<R, 'anywhere'>): R {
  let raw = once(call)
  while (raw === EINTR) raw = once(call)
  if (raw === undefined) {
    call.settled?.('not made')
    return absent(call, owner)
  }
  const { rooms } = arena
  const read = raw < 0 || rooms.length === 0 ? NOTHING : rooms.map((room) => arena.read(room, raw))
  call.settled?.(raw)
  if (raw < 0) {
    if (tolerates(call, errnoName(-raw))) return absent(call, owner)
    throw new SyscallError({ syscall: call.name, call: call.show(), errno: -raw, where: 'here' })
  }
  if (call.result.kind === 'descriptor') return opened(new Fd(owner, call, raw))
  return call.result.decode(raw, read, adopt)
}

const adopt = (number: number, label: string) => new Fd(owner, label, number)

/** What a call gives that was not made or failed harmlessly: a missing descriptor, or nothing. */
export function absent<R>(call: Call<R>, whose: FdOwner): R {
  const result = call.result.kind === 'descriptor' ? new Fd(whose, call, undefined) : undefined
  result?.settle('missing')
  return result as R
}

/** The result of a call whose kind is `descriptor`: its type says that R is Fd. */
export function opened<R>(fd: Fd): R {
  return fd as R
}

/** The performer of this process. */
export const here: Sys = atOnce(perform)

/** Takes the number of a descriptor that this process was started with, gives an Fd that is never closed by us. */
export function inherited(number: number, label: string): Fd {
  return new Fd(owner, label, number, true)
}

/** Takes the number of a descriptor that a machine-code function has opened, gives its owner. */
export function adopted(number: number, label: string): Fd {
  return new Fd(owner, label, number)
}

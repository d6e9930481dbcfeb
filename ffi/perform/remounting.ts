// mount_setattr(2) for kernels that lack it, in tasks: attributes and propagation by mount(2), one mount at a time.
//
// until 5.12: no mount_setattr. mount(2) refuses what is not attached, so that a change of a detached mount waits until
// move_mount(2) has attached it: in the container's own mount namespace, before its program runs. What mount(2) cannot do
// (a tree's attributes at once, id mappings) stays an ENOSYS, and so does everything in bunc itself, which does not attach.

import type { Call, Sys, TaskSys, Where } from '../call.ts'
import { fstat, fstatfs } from '../calls/file.ts'
import { type MountChange, MS, mount } from '../calls/mount.ts'
import { fchdir } from '../calls/namespace.ts'
import type { Fd } from '../fd.ts'
import { type Decorator, wrapped } from './kernel.ts'

/** A mount_setattr(2) that waits for its mount to be attached. */
type Waiting = Call<unknown>

/** The detached mounts, with what waits for each of them. Not of one performer: a task that forks gets another one. */
const detached = new WeakMap<Fd, Waiting[]>()

/** The decorator of a kernel without mount_setattr(2). */
export const remounting: Decorator = (sys, where) => (where === 'here' ? sys : remountingTask(sys))

function remountingTask<W extends Where>(sys: Sys<W>): Sys<W> {
  // Only a task's performer gets here, and that takes every call.
  const task = sys as unknown as TaskSys
  return wrapped(sys, <R>(call: Call<R, W>): R => {
    if (call.name === 'mount_setattr') return changeOrWait(task, call) as R
    const result = sys(call)
    if (call.name === 'fsmount' || (call.name === 'open_tree' && copies(call))) detached.set(result as Fd, [])
    if (call.name === 'move_mount') attached(task, call)
    return result
  })
}

function copies(call: Call<unknown>): boolean {
  return (call.operands()[2] as readonly string[]).includes('CLONE')
}

function changeOrWait(task: TaskSys, call: Call<unknown>): void {
  const [fd] = call.operands() as [Fd]
  const waiting = detached.get(fd)
  if (waiting === undefined) change(task, call)
  else waiting.push(call)
}

function attached(task: TaskSys, call: Call<unknown>): void {
  const [fd, target] = call.operands() as [Fd, Fd]
  const waiting = detached.get(fd) ?? []
  detached.delete(fd)
  if (waiting.length === 0 || fd.missing || target.missing) return
  for (const each of waiting) change(task, each)
}

function change(task: TaskSys, call: Call<unknown>): void {
  const [fd, scope, wanted] = call.operands() as [Fd, 'this' | 'recursive', MountChange]
  const attributes = (wanted.set ?? []).length + (wanted.clear ?? []).length > 0
  if (wanted.idmap !== undefined || (attributes && scope === 'recursive')) return void task(call)
  if (fd.missing) return
  const place = placeOf(task, fd)
  if (attributes) {
    const flags = attributesAfter(task(fstatfs(fd)).flags, wanted)
    task(mount(undefined, place, undefined, ['REMOUNT', 'BIND', ...flags]))
  }
  if (wanted.propagation !== undefined)
    task(mount(undefined, place, undefined, [wanted.propagation, ...(scope === 'recursive' ? (['REC'] as const) : [])]))
}

/**
 * A path that is this mount and nothing else. A directory is entered: "." cannot be changed by an image, and leads to the
 * mount itself even where others lie on top. Files have the host's /proc: nobody changes one once the root is entered.
 */
function placeOf(task: TaskSys, fd: Fd): string {
  if (task(fstat(fd)).type !== 'directory') return `/proc/self/fd/${fd.number}`
  task(fchdir(fd))
  return '.'
}

/** statfs(2): what f_flags says of a mount, where it is not the flag of mount(2). */
const ST = { NOATIME: 0x400, NODIRATIME: 0x800, RELATIME: 0x1000, NOSYMFOLLOW: 0x2000 } as const
const ALIKE = ['RDONLY', 'NOSUID', 'NODEV', 'NOEXEC'] as const

/** Takes f_flags, gives all flags of the mount once it is changed: mount(2) takes those away that are not named. */
export function attributesAfter(flags: number, { set = [], clear = [] }: MountChange): (keyof typeof MS)[] {
  const has = [
    ...ALIKE.filter((name) => flags & MS[name]),
    ...(['NODIRATIME', 'NOSYMFOLLOW'] as const).filter((name) => flags & ST[name]),
  ]
  const kept = has.filter((name) => !clear.includes(name) && !set.includes(name))
  const others = set.filter((name) => name !== 'NOATIME' && name !== 'STRICTATIME')
  return [...kept, ...others, accessTime(flags, { set, clear })]
}

/** One of three; what mount_setattr(2) clears becomes the kernel's default. */
function accessTime(flags: number, { set = [], clear = [] }: MountChange): keyof typeof MS {
  for (const name of ['NOATIME', 'STRICTATIME'] as const) if (set.includes(name)) return name
  if (clear.includes('NOATIME') || clear.includes('STRICTATIME')) return 'RELATIME'
  if (flags & ST.NOATIME) return 'NOATIME'
  return flags & ST.RELATIME ? 'RELATIME' : 'STRICTATIME'
}

// The host that bunc runs on, as a recording of `create` sees it: files are read and looked for, nothing is changed. Where
// a container would see something else than the host, the config says what: its root, and what is mounted there.

import { type Call, type Sys, tolerates } from '#ffi/call.ts'
import { getegid, geteuid } from '#ffi/calls/credentials.ts'
import type { Errno } from '#ffi/errno.ts'
import { fstatat, type OpenHow, openat, openat2, readlinkat } from '#ffi/calls/file.ts'
import { SyscallError } from '#ffi/error.ts'
import { Fd } from '#ffi/fd.ts'
import type { Answers } from '#ffi/perform/record.ts'
import { detectLayout, TOP } from '#src/cgroups/layout.ts'
import type { Config } from '#src/config/schema/config.ts'
import { readTextIfThere } from '#src/files.ts'
import { answersOf } from './pretended-host.ts'

/** What is to be made here. */
export interface Explained {
  readonly config: Config
  /** Absolute path of the root on the host. */
  readonly rootfs: string
  readonly bundle: string
}

/** What a task that is only recorded would say of itself: its pid is nobody's. */
const OF_TASK: readonly (readonly [path: RegExp, text: string])[] = [
  [/^\/proc\/\d+\/stat$/, `0 (bunc:[init]) S ${Array.from({ length: 19 }, () => 0).join(' ')}\n`],
  [/^\/proc\/\d+\/setgroups$/, 'allow\n'],
]

/** Takes who looks at this host, and what is to be made; gives the answers. */
export function thisHost(here: Sys, explained: Explained): Answers {
  const host = new ThisHost(here, explained)
  const answers = answersOf(host)
  return (where, call, open) => {
    host.note(where, call)
    return answers(where, call, open)
  }
}

class ThisHost {
  readonly cwd: string
  readonly user: { readonly uid: number; readonly gid: number }
  readonly userNamespace: string
  readonly #here: Sys
  readonly #explained: Explained
  readonly #unified: boolean
  /** What the recording has made: paths of the host. */
  readonly #made: string[] = []
  /** Whether the task has entered its root. */
  #inside = false

  constructor(here: Sys, explained: Explained) {
    this.#here = here
    this.#explained = explained
    this.user = { uid: here(geteuid()), gid: here(getegid()) }
    this.userNamespace = here(readlinkat('cwd', '/proc/self/ns/user'))
    this.cwd = explained.config.process?.cwd ?? '/'
    this.#unified = detectLayout(here).every(({ mount }) => mount === TOP)
  }

  /** Follows what has been done so far. */
  note(where: string, call: Call<unknown>): void {
    if (call.name === 'pivot_root' || call.name === 'chroot') this.#inside = true
    const [dir, path, flags] = call.operands()
    const makes =
      call.name === 'mkdirat' || call.name === 'mknodat' || (Array.isArray(flags) && flags.includes('CREAT'))
    if (where === 'here' && makes && dir === 'cwd') this.#made.push(String(path))
    if (call.name === 'renameat2') this.#made.push(String(call.operands()[3]))
  }

  text(label: string): string {
    const ofTask = OF_TASK.find(([path]) => path.test(label))
    if (ofTask !== undefined) return ofTask[1]
    return label.startsWith('/') ? (this.#looked(() => readTextIfThere(this.#here, label)) ?? '') : ''
  }

  refusal(call: Call<unknown>, where: string): Errno | undefined {
    const [dir, path] = call.operands()
    if (dir !== 'cwd' && dir !== 'root' && !(dir instanceof Fd)) return undefined
    const name = String(path)
    if (!name.startsWith('/') || this.#wasMade(name)) return undefined
    if (call.name === 'openat2') return this.#refusedBelow(call, name)
    if (where === 'here') return this.#refusedAt(name)
    // What must be there has been put there by an earlier call, or is an error that only a real `create` can find.
    if (!tolerates(call, 'ENOENT')) return undefined
    return this.#inside ? this.#missing(name, HOW) : this.#refusedAt(name)
  }

  typeOf(label: string): 'directory' | 'file' | undefined {
    if (!label.startsWith('/') || this.#wasMade(label)) return undefined
    const type = this.#typeAt(label) ?? this.#typeInside(label)
    return type === undefined ? undefined : type === 'directory' ? 'directory' : 'file'
  }

  linkOf(label: string): string | undefined {
    return this.#looked(() => this.#here(readlinkat('cwd', `${this.#explained.rootfs}${label}`)))
  }

  isUnified(): boolean {
    return this.#unified
  }

  /** Below the container's root, of which `call` opens a path. */
  #refusedBelow(call: Call<unknown>, path: string): Errno | undefined {
    const how = call.operands()[2]
    if (!isHow(how)) return undefined
    const errno = this.#missing(path, how)
    return errno === undefined || tolerates(call, errno) || errno === 'ELOOP' ? errno : undefined
  }

  #missing(path: string, how: OpenHow): Errno | undefined {
    const place = this.#placeOf(path)
    if (place === undefined) return 'ENOENT'
    return this.#refused(() => {
      using top = this.#here(openat('cwd', place.dir, ['PATH']))
      using file = this.#here(openat2(top, place.path, { ...how, flags: ['PATH'] }))
      void file
    })
  }

  /** Where on this host lies what the container will have at a path: undefined for what is nowhere yet. */
  #placeOf(path: string): { dir: string; path: string } | undefined {
    const { config, rootfs, bundle } = this.#explained
    const mount = config.mounts.findLast(({ destination }) => isBelow(path, destination))
    if (mount === undefined) return { dir: rootfs, path }
    const rest = path.slice(mount.destination.length)
    if (mount.type === 'proc') return { dir: '/proc', path: rest || '.' }
    if (mount.type === 'sysfs') return { dir: '/sys', path: rest || '.' }
    if (mount.type !== 'bind' && !mount.options.some((option) => option === 'bind' || option === 'rbind'))
      return undefined
    return { dir: mount.source.startsWith('/') ? mount.source : `${bundle}/${mount.source}`, path: rest || '.' }
  }

  #refusedAt(path: string): Errno | undefined {
    if (OF_TASK.some(([task]) => task.test(path)) || /^\/proc\/\d+\//.test(path)) return undefined
    return this.#refused(() => {
      using file = this.#here(openat('cwd', path, ['PATH']))
      void file
    })
  }

  #typeAt(path: string): string | undefined {
    return this.#looked(() => this.#here(fstatat('cwd', path, [])).type)
  }

  #typeInside(path: string): string | undefined {
    const place = this.#placeOf(path)
    return place === undefined ? undefined : this.#typeAt(`${place.dir}/${place.path}`)
  }

  #wasMade(path: string): boolean {
    return this.#made.some((made) => isBelow(path, made))
  }

  #refused(look: () => void): Errno | undefined {
    try {
      look()
      return undefined
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      return error.errno === 'ELOOP' ? 'ELOOP' : 'ENOENT'
    }
  }

  #looked<T>(look: () => T): T | undefined {
    try {
      return look()
    } catch (error) {
      if (error instanceof SyscallError) return undefined
      throw error
    }
  }
}

const HOW: OpenHow = { flags: ['PATH'], resolve: ['IN_ROOT'] }

function isHow(value: unknown): value is OpenHow {
  return typeof value === 'object' && value !== null && 'flags' in value && 'resolve' in value
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above.replace(/\/$/, '')}/`)
}

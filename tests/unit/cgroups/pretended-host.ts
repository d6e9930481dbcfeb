// A host whose cgroups are a table of texts: answers the calls that a recording kernel is asked for, as cgroupfs would, so
// that version 1, version 2 and both together are tested on any host and without root. Knows the few rules of cgroupfs that
// the program under test relies on; that the real kernel has the same ones is shown by tests/container/cgroups.

import type { Call } from '#ffi/call.ts'
import { tolerates } from '#ffi/call.ts'
import { MAGIC } from '#ffi/calls/file.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Errno } from '#ffi/errno.ts'
import { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'
import { ERRNO } from '#ffi/numbers/errno.ts'
import { record, type RecordingKernel } from '#ffi/perform/record.ts'

/** Says no to a write: takes the path and the text, gives the errno. */
export type Refusal = (path: string, text: string) => Errno | undefined

/** What the host begins with. */
export interface Beginning {
  /** Paths of files with their texts. The directories above them are there. */
  readonly files?: Readonly<Record<string, string>>
  /** Takes the path of a new cgroup, gives its files; none when left out. */
  readonly newCgroup?: (path: string) => Readonly<Record<string, string>>
  readonly refuses?: Refusal
  /** Ids of the device programs of every cgroup. */
  readonly programs?: readonly number[]
  /** The tag of every program; when left out, no two are the same. */
  readonly tag?: bigint
  /** Takes a call that is no write(2), as "openat" or "bpf PROG_LOAD", and a path; gives the errno with which it fails. */
  readonly forbids?: (call: string, path: string) => Errno | undefined
  /** What happens while the program waits; gives false when nothing does and its patience ends. */
  readonly meanwhile?: (files: Map<string, string>) => boolean
}

/** The host. `kernel` records; `files` is what they hold at the moment. */
export class PretendedHost {
  readonly files: Map<string, string>
  readonly kernel: RecordingKernel
  readonly #beginning: Beginning
  readonly #directories = new Set<string>()
  readonly #atEnd = new WeakSet<Fd>()
  #tags = 0n

  constructor(beginning: Beginning) {
    this.#beginning = beginning
    this.files = new Map(Object.entries(beginning.files ?? {}))
    for (const path of this.files.keys()) this.#addDirectories(parentOf(path))
    this.kernel = record((_, call) => this.#answer(call))
  }

  /** The calls so far with their results, but for those that open, close and read. */
  get effects(): string[] {
    return this.calls.filter((line) => !/^(openat|close|read|getdents64|fstatfs|lseek)\(/.test(line))
  }

  /** All calls so far. */
  get calls(): string[] {
    return this.kernel.recorded.map(({ call, result }) => (result === '0' ? call : `${call} = ${result}`))
  }

  /** Whether a directory is there. */
  has(directory: string): boolean {
    return this.#directories.has(directory)
  }

  #answer(call: Call<unknown>): unknown {
    const [first, second] = call.operands()
    switch (call.name) {
      case 'openat':
        return this.#open(call, String(second))
      case 'read':
        return this.#read(call, first)
      case 'write':
        return this.#write(call, first, String(second))
      case 'getdents64':
        return this.#entries(first)
      case 'mkdirat':
        return this.#makeDirectory(call, String(second))
      case 'unlinkat':
        return this.#removeDirectory(call, String(second))
      case 'fstatfs':
        return { magic: this.files.has('/sys/fs/cgroup/cgroup.controllers') ? MAGIC.cgroup2 : MAGIC.tmpfs, flags: 0 }
      case 'bpf':
        return this.#bpf(call)
      case 'prlimit64':
        return { soft: 1n, hard: 2n }
      case 'fstat':
        return { type: 'directory' }
      case 'ppoll':
        return [this.#beginning.meanwhile?.(this.files) ?? false]
      case 'lseek':
        if (first instanceof Fd) this.#atEnd.delete(first)
        return 0
      default:
        return undefined
    }
  }

  #bpf(call: Call<unknown>): unknown {
    const command = /^bpf\((\w+)/.exec(call.show())?.[1] ?? ''
    const errno = this.#beginning.forbids?.(`bpf ${command}`, '')
    if (errno !== undefined) return fail(call, errno)
    if (command === 'OBJ_GET_INFO_BY_FD') return this.#beginning.tag ?? ++this.#tags
    return command === 'PROG_QUERY' ? (this.#beginning.programs ?? []) : undefined
  }

  #open(call: Call<unknown>, path: string): unknown {
    const errno = this.#beginning.forbids?.('openat', path)
    if (errno !== undefined) return fail(call, errno)
    return this.files.has(path) || this.#directories.has(path) ? undefined : fail(call, 'ENOENT')
  }

  #read(call: Call<unknown>, fd: unknown): unknown {
    if (!(fd instanceof Fd)) throw new RangeError('Only an open file can be read')
    const errno = this.#beginning.forbids?.('read', fd.label)
    if (errno !== undefined) return fail(call, errno)
    const text = this.#atEnd.has(fd) ? '' : (this.files.get(fd.label) ?? '')
    this.#atEnd.add(fd)
    return encodeText(text === '' ? '' : `${text}\n`)
  }

  #write(call: Call<unknown>, fd: unknown, text: string): unknown {
    if (!(fd instanceof Fd)) throw new RangeError('Only an open file can be written')
    const errno = this.#beginning.refuses?.(fd.label, text)
    if (errno !== undefined) return fail(call, errno)
    this.files.set(fd.label, text)
    return undefined
  }

  #entries(fd: unknown): unknown {
    if (!(fd instanceof Fd) || this.#atEnd.has(fd)) return undefined
    this.#atEnd.add(fd)
    const names = (paths: Iterable<string>) =>
      [...paths].filter((path) => parentOf(path) === fd.label).map((path) => path.slice(fd.label.length + 1))
    return [
      ...names(this.files.keys()).map((name) => ({ name, type: 'file' })),
      ...names(this.#directories).map((name) => ({ name, type: 'directory' })),
    ]
  }

  #makeDirectory(call: Call<unknown>, path: string): unknown {
    const errno = this.#beginning.forbids?.('mkdirat', path)
    if (errno !== undefined) return fail(call, errno)
    if (this.#directories.has(path)) return fail(call, 'EEXIST')
    if (!this.#directories.has(parentOf(path))) return fail(call, 'ENOENT')
    this.#directories.add(path)
    const files = this.#beginning.newCgroup?.(path) ?? {}
    for (const [name, text] of Object.entries(files)) this.files.set(`${path}/${name}`, text)
    return undefined
  }

  #removeDirectory(call: Call<unknown>, path: string): unknown {
    const errno = this.#beginning.forbids?.('unlinkat', path)
    if (errno !== undefined) return fail(call, errno)
    if (!this.#directories.has(path)) return fail(call, 'ENOENT')
    const children = [...this.#directories].some((other) => parentOf(other) === path)
    if (children || (this.files.get(`${path}/cgroup.procs`) ?? '') !== '') return fail(call, 'EBUSY')
    this.#directories.delete(path)
    for (const file of this.files.keys()) if (parentOf(file) === path) this.files.delete(file)
    return undefined
  }

  #addDirectories(path: string): void {
    for (let dir = path; dir !== ''; dir = parentOf(dir)) this.#directories.add(dir)
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function fail(call: Call<unknown>, errno: Errno): 'missing' {
  if (tolerates(call, errno)) return 'missing'
  throw new SyscallError({ syscall: call.name, call: call.show(), errno: ERRNO[errno], where: 'here' })
}

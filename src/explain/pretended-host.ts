// Answers for a recording of `create`: what calls give whose results somebody must see. What the host's files say, and
// what is there, is a parameter: tests pretend all of it, `bunc explain` looks.

import type { Call } from '#ffi/call.ts'
import type { Errno } from '#ffi/errno.ts'
import { MAGIC } from '#ffi/calls/file.ts'
import { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'
import type { Answers } from '#ffi/perform/record.ts'
import { DEFAULT_DEVICES } from '#src/rootfs/default-devices.ts'

/** A host, as far as making a container has to see it. */
export interface PretendedHost {
  /** Where getcwd(2) finds the process. */
  readonly cwd: string
  /** Who makes the container. */
  readonly user: { readonly uid: number; readonly gid: number }
  /** What /proc/self/ns/user says: the user namespace that bunc is in. */
  readonly userNamespace: string
  /** The text of a file that is open under this label. */
  text(label: string): string
  /** Takes a call that opens something and who makes it, gives the errno with which it fails, if it does. */
  refusal(call: Call<unknown>, where: string): Errno | undefined
  /** Whether what is open under this label is a directory or a file; undefined where it may be either. */
  typeOf(label: string): 'directory' | 'file' | undefined
  /** What the link says that is open under this label. */
  linkOf(label: string): string | undefined
  /** Whether version 2 of cgroups is mounted where this label is open. */
  isUnified(label: string): boolean
}

/** Gives the answers of a host. */
export function answersOf(host: PretendedHost): Answers {
  const atEnd = new WeakSet<Fd>()
  return (where, call, open) => {
    switch (call.name) {
      case 'openat':
      case 'openat2': {
        const errno = host.refusal(call, where)
        return errno === undefined ? undefined : { refused: errno }
      }
      case 'newfstatat': {
        const errno = host.refusal(call, where)
        return errno === undefined ? statOf(host, String(call.operands()[1])) : { refused: errno }
      }
      case 'read':
        return read(host, call, atEnd)
      case 'write':
        return call.result.kind === 'value' ? lengthOf(call) : undefined
      case 'pipe2':
        return [open('pipe, reading'), open('pipe, writing')]
      case 'getcwd':
        return host.cwd
      case 'geteuid':
        return host.user.uid
      case 'getegid':
        return host.user.gid
      case 'ppoll':
        return [true, true]
      case 'waitid':
        return { pid: 0, status: 0, signal: undefined }
      default:
        return statistics(host, call)
    }
  }
}

function statistics(host: PretendedHost, call: Call<unknown>): unknown {
  const [first] = call.operands()
  const label = first instanceof Fd ? first.label : ''
  switch (call.name) {
    case 'fstat':
      return statOf(host, label)
    case 'fstatfs':
      return {
        magic: label.includes('ptmx') ? MAGIC.devpts : host.isUnified(label) ? MAGIC.cgroup2 : MAGIC.tmpfs,
        flags: 0,
      }
    case 'readlinkat':
      if (call.operands()[1] === '/proc/self/ns/user') return host.userNamespace
      return host.linkOf(label) ?? { refused: 'EINVAL' }
    case 'bpf':
      return call.result.kind === 'value' ? [] : undefined
    case 'lseek':
      return 0
    case 'sendmsg':
      return 1
    case 'ioctl':
      return call.result.kind === 'value' ? new Uint8Array(36) : undefined
    default:
      return undefined
  }
}

/** Devices lie where they should, in the image as well. */
function statOf(host: PretendedHost, label: string): object {
  const name = label.slice(label.lastIndexOf('/') + 1)
  const device = DEFAULT_DEVICES.find(({ path }) => path === `/dev/${label.startsWith('stdio') ? 'null' : name}`)
  const type = device === undefined ? (host.typeOf(label) ?? guessed(name)) : 'char'
  return { type, mode: 0o755, uid: 0, gid: 0, major: device?.major ?? 0, minor: device?.minor ?? 0, size: 0 }
}

/** What has a dot in its name is a file, mostly. */
function guessed(name: string): 'directory' | 'file' {
  return name.includes('.') ? 'file' : 'directory'
}

function lengthOf(call: Call<unknown>): number {
  const bytes = call.operands()[1]
  return bytes instanceof Uint8Array ? bytes.length : encodeText(String(bytes)).length
}

/** The text of a file, and then its end. */
function read(host: PretendedHost, call: Call<unknown>, atEnd: WeakSet<Fd>): Uint8Array {
  const [file] = call.operands()
  if (!(file instanceof Fd) || atEnd.has(file)) return new Uint8Array()
  atEnd.add(file)
  return encodeText(host.text(file.label))
}

// The host that transcripts are made on: what its files say, and what calls give whose results somebody must see. It has
// cgroup v2 alone, a kernel of 41 capabilities, and an image with little in it.

import type { Call } from '#ffi/call.ts'
import { MAGIC } from '#ffi/calls/file.ts'
import { Fd } from '#ffi/fd.ts'
import { encodeText } from '#ffi/kinds.ts'
import type { Answers } from '#ffi/perform/record.ts'
import { DEFAULT_DEVICES } from '#src/rootfs/default-devices.ts'

/** What differs from case to case. */
export interface HostChoices {
  /** Where getcwd(2) finds the process. */
  readonly cwd: string
}

const CONTROLLERS = 'cpuset cpu io memory pids\n'

/** Files by path. The process that a container begins with has whatever pid it gets. */
const FILES: readonly (readonly [path: RegExp, text: string])[] = [
  [/^\/proc\/\d+\/stat$/, `101 (bunc:[init]) S ${Array.from({ length: 18 }, () => 0).join(' ')} 4242\n`],
  [/^\/proc\/\d+\/setgroups$/, 'allow\n'],
  [/^\/proc\/self\/cgroup$/, '0::/user.slice/session-1.scope\n'],
  [/^\/proc\/self\/mountinfo$/, '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n'],
  [/^\/proc\/sys\/kernel\/cap_last_cap$/, '40\n'],
  [/^\/sys\/module\/apparmor\/parameters\/enabled$/, 'Y\n'],
  [/^\/sys\/fs\/cgroup\/cgroup\.controllers$/, CONTROLLERS],
  [/^\/sys\/kernel\/cgroup\/delegate$/, 'cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n'],
  [/\/cgroup\.(controllers|type)$/, ''],
  [/^\/etc\/passwd$/, 'root:x:0:0:root:/root:/bin/sh\n'],
]

/** Not there: on the host, or in the container. */
const ABSENT = [/^\/proc\/(asound|scsi|sched_debug|timer_stats|latency_stats)$/, /^\/sys\/fs\/cgroup\/cgroup\.type$/]
/** What is a file although its name has no dot; everything else without one is a directory. */
const FILES_BY_NAME = [
  'true',
  'sh',
  'server',
  'docker-entrypoint.sh',
  'kcore',
  'keys',
  'timer_list',
  'hostname',
  'hosts',
]

/** Gives the answers of the host. */
export function transcriptHost({ cwd }: HostChoices): Answers {
  const atEnd = new WeakSet<Fd>()
  return (_, call, open) => {
    switch (call.name) {
      case 'openat':
      case 'openat2':
        return ABSENT.some((path) => path.test(pathOf(call))) ? { refused: 'ENOENT' } : undefined
      case 'read':
        return read(call, atEnd)
      case 'write':
        return call.result.kind === 'value' ? lengthOf(call) : undefined
      case 'pipe2':
        return [open('pipe, reading'), open('pipe, writing')]
      case 'memfd_create':
        return undefined
      case 'getcwd':
        return cwd
      case 'geteuid':
        return 0
      case 'readlinkat':
        return 'user:[4026531837]'
      case 'ppoll':
        return [true, true]
      case 'waitid':
        return { pid: 0, status: 0, signal: undefined }
      default:
        return statistics(call)
    }
  }
}

function statistics(call: Call<unknown>): unknown {
  const [first] = call.operands()
  const label = first instanceof Fd ? first.label : ''
  switch (call.name) {
    case 'fstat':
      return statOf(label)
    case 'fstatfs':
      return { magic: label.includes('ptmx') ? MAGIC.devpts : MAGIC.cgroup2, flags: 0 }
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

/** Devices lie where they should, in the image as well; programs are files, and so is what has a dot in its name. */
function statOf(label: string): object {
  const name = label.slice(label.lastIndexOf('/') + 1)
  const device = DEFAULT_DEVICES.find(({ path }) => path === `/dev/${label.startsWith('stdio') ? 'null' : name}`)
  const isFile = FILES_BY_NAME.includes(name) || name.includes('.')
  const type = device === undefined ? (isFile ? 'file' : 'directory') : 'char'
  return { type, mode: 0o755, uid: 0, gid: 0, major: device?.major ?? 0, minor: device?.minor ?? 0, size: 0 }
}

function pathOf(call: Call<unknown>): string {
  return String(call.operands()[1])
}

function lengthOf(call: Call<unknown>): number {
  const bytes = call.operands()[1]
  return bytes instanceof Uint8Array ? bytes.length : encodeText(String(bytes)).length
}

/** The text of a file, and then its end. */
function read(call: Call<unknown>, atEnd: WeakSet<Fd>): Uint8Array {
  const [file] = call.operands()
  if (!(file instanceof Fd) || atEnd.has(file)) return new Uint8Array()
  atEnd.add(file)
  return encodeText(FILES.find(([path]) => path.test(file.label))?.[1] ?? '')
}

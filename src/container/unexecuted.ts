// Why the kernel would not execute a program: looks at its file, after the fact and from outside, the task being gone. The
// file is the container's, so it may be hostile: it is found below the root by the kernel (RESOLVE_IN_ROOT), opened for
// reading only if it is a plain file, and read for a few kilobytes.

import type { Sys } from '#ffi/call.ts'
import { fstatfs, openat, type Stat } from '#ffi/calls/file.ts'
import { MS } from '#ffi/calls/mount.ts'
import { ELF_MACHINE_HERE, readElf } from '#ffi/elf.ts'
import { SyscallError } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { decodeText } from '#ffi/kinds.ts'
import { readAll } from '#src/files.ts'
import { components } from '#src/rootfs/resolve.ts'
import { type Found, HOST, isThere, lookUp, type Scene, type SceneUser } from './scene.ts'

/** Why, as the end of a sentence, and what mends it. */
export interface Reason {
  readonly reason: string
  readonly hint?: string
}

/** What stands for the file in the sentence: the program itself, or the interpreter that it asks for. */
type Subject = 'it' | `its interpreter "${string}"`

const MOST_READ = 8192
/** As the kernel: a script may name a script, and so on, this often. */
const MOST_INTERPRETERS = 5
/** Mode bits of who may execute. */
const EXECUTE = { owner: 0o100, group: 0o010, others: 0o001, any: 0o111 } as const

/** The errnos that a look at the file explains. */
const SHOWN_BY_FILE: readonly string[] = ['ENOENT', 'EACCES', 'ENOEXEC']

/** Takes an absolute path of a scene and an errno of execve(2), gives the reason if the file shows one. */
export function whyUnexecuted(here: Sys, scene: Scene, path: string, errno: string): Reason | undefined {
  if (!SHOWN_BY_FILE.includes(errno)) return undefined
  try {
    return look(here, { scene, errno, depth: 0 }, path, 'it')
  } catch (error) {
    // It was a favour: what cannot be looked at stays unexplained.
    if (error instanceof SyscallError) return undefined
    throw error
  }
}

interface Looking {
  readonly scene: Scene
  readonly errno: string
  readonly depth: number
}

function look(here: Sys, looking: Looking, path: string, subject: Subject): Reason | undefined {
  const { scene, errno, depth } = looking
  if (errno === 'EACCES') {
    const closed = closedAbove(here, scene, path)
    if (closed !== undefined) return closed
  }
  const found = lookUp(here, scene, path)
  if (found === 'unknown') return undefined
  if (found === 'missing')
    return {
      reason: `${subject} is not there`,
      hint: `the path is one of the ${scene === HOST ? 'host' : 'container'}`,
    }
  using file = found.file
  if (errno === 'EACCES') {
    const denied = whyDenied(here, scene, { found, path, subject })
    if (denied !== undefined) return denied
  }
  if (found.stat.type !== 'file') return { reason: `${subject} is no plain file` }
  const head = headOf(here, file)
  const next = interpreterOf(head)
  if (next === undefined) return errno === 'ENOEXEC' ? notAProgram(head, path, subject) : undefined
  if (errno === 'ENOEXEC' && next.kind === 'loader') return notAProgram(head, path, subject)
  if (!isThere(here, scene, next.path)) return missingInterpreter(next, path, subject)
  const deeper = { ...looking, depth: depth + 1 }
  return depth < MOST_INTERPRETERS ? look(here, deeper, next.path, `its interpreter "${next.path}"`) : undefined
}

function headOf(here: Sys, file: Fd): Uint8Array {
  using reading = here(openat('cwd', `/proc/self/fd/${file.number}`, ['RDONLY', 'NONBLOCK']))
  return readAll(here, reading, MOST_READ)
}

/** What a file says that it must be read by. */
interface Interpreter {
  readonly kind: 'script' | 'loader'
  readonly path: string
}

/** As the kernel reads the first line: it ends with a newline or with the room for it. */
const LONGEST_LINE = 255

function interpreterOf(head: Uint8Array): Interpreter | undefined {
  const loader = readElf(head)?.loader
  if (loader !== undefined) return { kind: 'loader', path: loader }
  // As bytes: decoding takes a byte order mark away.
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined
  const text = decodeText(head.subarray(0, LONGEST_LINE))
  const path = /^#![ \t]*([^ \t\n\0]*)/.exec(text)?.[1] ?? ''
  return { kind: 'script', path }
}

function missingInterpreter({ kind, path }: Interpreter, of: string, subject: Subject): Reason {
  const whose = subject === 'it' ? 'its' : `of ${subject} the`
  if (kind === 'loader')
    return {
      reason: `${subject} needs the loader "${path}", which is not there`,
      hint: 'it was built for another C library or distribution than the container has: build it for this one, or link it statically',
    }
  if (path.endsWith('\r'))
    return {
      reason: `${whose} first line ends with a carriage return, as Windows writes it, and there is no ${JSON.stringify(path)}`,
      hint: `take the carriage returns out, as with: sed -i 's/\\r$//' ${of}`,
    }
  return {
    reason: `${whose} first line names the interpreter "${path}", which is not there`,
    hint: 'install it by that path, or correct the line',
  }
}

/** First bytes by which programs for other systems, and texts, are known. */
const MZ = 'MZ'
const BYTE_ORDER_MARK = '\u{feff}'

function notAProgram(head: Uint8Array, path: string, subject: Subject): Reason | undefined {
  if (head.length === 0) return { reason: `${subject} is empty` }
  const elf = readElf(head)
  if (elf !== undefined) return foreign(elf, subject)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(head)
  if (text.startsWith(MZ)) return { reason: `${subject} is a program for Windows` }
  if (text.startsWith(BYTE_ORDER_MARK))
    return {
      reason: `${subject} begins with a byte order mark, behind which the kernel sees no "#!"`,
      hint: `take the mark out, as with: sed -i '1s/^\\xef\\xbb\\xbf//' ${path}`,
    }
  if (text.includes('\0')) return { reason: `${subject} is neither a program nor a script` }
  return { reason: `${subject} is a text without a first line like "#!/bin/sh"`, hint: 'give it such a line' }
}

function foreign({ machine, bits }: { machine: string; bits: number }, subject: Subject): Reason | undefined {
  if (machine === ELF_MACHINE_HERE) return { reason: `${subject} is a damaged program of ${bits} bits for ${machine}` }
  return {
    reason: `${subject} is a program for ${machine}, and this machine is ${ELF_MACHINE_HERE}`,
    hint: 'use an image for this machine, or install an emulator on the host (qemu-user-static with binfmt_misc)',
  }
}

/** The first directory of a path that the user may not pass. */
function closedAbove(here: Sys, scene: Scene, path: string): Reason | undefined {
  const parts = components(path)
  for (let depth = 0; depth < parts.length; depth++) {
    const directory = `/${parts.slice(0, depth).join('/')}`
    const found = lookUp(here, scene, directory)
    if (typeof found === 'string') return undefined
    found.file[Symbol.dispose]()
    if (mayExecute(found.stat, scene.user)) continue
    return {
      reason: `${scene.user.name} may not pass the directory "${directory}" (${ownership(found.stat)})`,
      hint: `open it to that user, as with: chmod o+x ${directory}`,
    }
  }
  return undefined
}

function whyDenied(
  here: Sys,
  { mounts, user }: Scene,
  { found: { file, stat, mount }, path, subject }: { found: Found; path: string; subject: Subject },
): Reason | undefined {
  if (stat.type === 'directory') return { reason: `${subject} is a directory` }
  if (!mayExecute(stat, user))
    return {
      reason: `${user.name} may not execute ${subject} (${ownership(stat)})`,
      hint: `make it executable, as with: chmod a+rx ${path}`,
    }
  const over = mounts[mount]
  if (over?.options.some((option) => option === 'noexec' || option === 'rnoexec'))
    return {
      reason: `${subject} lies on mounts[${mount}], "${over.destination}", which has the option "noexec"`,
      hint: 'take the option away, or put the program elsewhere',
    }
  if ((here(fstatfs(file)).flags & MS.NOEXEC) !== 0)
    return { reason: `${subject} lies on a file system that the host has mounted with "noexec"` }
  return undefined
}

function ownership({ mode, uid, gid }: Stat): string {
  return `owner ${uid}:${gid}, mode 0${(mode & 0o777).toString(8)}`
}

function mayExecute({ type, mode, uid, gid }: Stat, user: SceneUser): boolean {
  if (user.overrides && (type === 'directory' || (mode & EXECUTE.any) !== 0)) return true
  const bit = user.uid === uid ? EXECUTE.owner : user.gids.includes(gid) ? EXECUTE.group : EXECUTE.others
  return (mode & bit) !== 0
}

// Who a process is: setresuid(2), setgroups(2), capset(2), umask(2), prctl(2) for capabilities and privileges. Those that
// change one thread only are for tasks.

import { syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { bits, constant, integer, nothing, number, octal, ownedFd, structure } from '../kinds.ts'
import { CAPABILITY, type Capability } from '../numbers/capability.ts'
import { hidden, type Kind } from '../call.ts'
import { struct } from '../struct.ts'

/** geteuid(2). */
export const geteuid = syscall<[], number>('geteuid', [], number)
/** getegid(2). */
export const getegid = syscall<[], number>('getegid', [], number)

/** setresuid(2): real, effective and saved user id. */
export const setresuid = syscall<[real: number, effective: number, saved: number], void, 'task'>(
  'setresuid',
  [integer, integer, integer],
  nothing,
  'task',
)

/** setresgid(2): real, effective and saved group id. */
export const setresgid = syscall<[real: number, effective: number, saved: number], void, 'task'>(
  'setresgid',
  [integer, integer, integer],
  nothing,
  'task',
)

const ids: Kind<readonly number[]> = {
  encode: (values, memory) => [values.length, memory.bytes(new Uint8Array(new Uint32Array(values).buffer))],
  show: (values) => `[${values.join(', ')}]`,
}

/** setgroups(2): the supplementary groups. */
export const setgroups = syscall<[groups: readonly number[]], void, 'task'>('setgroups', [ids], nothing, 'task')

/** umask(2). */
export const umask = syscall<[mask: number], void>('umask', [octal], nothing)

/** The three sets that capset(2) replaces. */
export interface CapabilitySets {
  readonly effective: readonly Capability[]
  readonly permitted: readonly Capability[]
  readonly inheritable: readonly Capability[]
}

const HEADER = struct({ version: 'u32', pid: 'i32' })
const LINUX_CAPABILITY_VERSION_3 = 0x2008_0522

/** capset(2) of the caller. */
export const capset = syscall<[sets: CapabilitySets], void, 'task'>(
  'capset',
  [
    hidden((memory) => memory.structure(HEADER, { version: LINUX_CAPABILITY_VERSION_3 })),
    {
      encode: ({ effective, permitted, inheritable }: CapabilitySets, memory) => {
        const words = new Uint32Array(6)
        for (const [field, set] of [effective, permitted, inheritable].entries())
          for (const name of set) {
            const number = CAPABILITY[name]
            const word = (number >> 5) * 3 + field
            words[word] = (words[word] ?? 0) | (1 << (number & 31))
          }
        return memory.bytes(new Uint8Array(words.buffer))
      },
      show: (sets: CapabilitySets) =>
        Object.entries(sets)
          .map(([name, set]) => `${name}=${set.length}`)
          .join(' '),
    },
  ],
  nothing,
  'task',
)

const capability: Kind<Capability> = { encode: (name) => CAPABILITY[name], show: (name) => name }

/** prctl(PR_CAPBSET_DROP). */
export const dropBounding = syscall<[capability: Capability], void, 'task'>(
  'prctl',
  [constant(24, 'PR_CAPBSET_DROP'), capability, constant(0), constant(0), constant(0)],
  nothing,
  'task',
)

/** prctl(PR_CAPBSET_READ) by number: 1 when it is in the bounding set, 0 when not; EINVAL beyond the last one known. */
export const readBounding = syscall<[number: number], number>(
  'prctl',
  [constant(23, 'PR_CAPBSET_READ'), integer],
  number,
)

/** prctl(PR_CAP_AMBIENT_CLEAR_ALL). */
export const clearAmbient = syscall<[], void, 'task'>(
  'prctl',
  [constant(47, 'PR_CAP_AMBIENT'), constant(4, 'CLEAR_ALL'), constant(0), constant(0), constant(0)],
  nothing,
  'task',
)

/** prctl(PR_CAP_AMBIENT_RAISE). */
export const raiseAmbient = syscall<[capability: Capability], void, 'task'>(
  'prctl',
  [constant(47, 'PR_CAP_AMBIENT'), constant(2, 'RAISE'), capability, constant(0), constant(0)],
  nothing,
  'task',
)

/** prctl(PR_SET_KEEPCAPS): whether permitted capabilities survive a change away from uid 0. Cleared by execve. */
export const keepCapabilities = syscall<[keep: 0 | 1], void, 'task'>(
  'prctl',
  [constant(8, 'PR_SET_KEEPCAPS'), integer],
  nothing,
  'task',
)

/** prctl(PR_SET_NO_NEW_PRIVS). */
export const setNoNewPrivileges = syscall<[], void, 'task'>(
  'prctl',
  [constant(38, 'PR_SET_NO_NEW_PRIVS'), constant(1), constant(0), constant(0), constant(0)],
  nothing,
  'task',
)

const FLAGS = { TSYNC: 1, LOG: 2, SPEC_ALLOW: 4, NEW_LISTENER: 8, WAIT_KILLABLE_RECV: 32 } as const
/** A flag of seccomp(2) by its kernel name. */
export type SeccompFlag = keyof typeof FLAGS
const FPROG = struct({ len: 'u16', filter: 'u64' })
const BYTES_PER_INSTRUCTION = 8

const filter: Kind<Uint8Array> = {
  encode: (program, memory) =>
    memory.structure(FPROG, { len: program.length / BYTES_PER_INSTRUCTION, filter: memory.bytes(program) }),
  show: (program) => `<${program.length / BYTES_PER_INSTRUCTION} instructions>`,
}

/** seccomp(SECCOMP_SET_MODE_FILTER): installs a classic BPF program; it cannot be undone. */
export const setSeccompFilter = syscall<[flags: readonly SeccompFlag[], program: Uint8Array], void, 'task'>(
  'seccomp',
  [constant(1, 'SET_MODE_FILTER'), bits(FLAGS), filter],
  nothing,
  'task',
)

/**
 * The same with NEW_LISTENER (5.0): gives the descriptor on which an agent reads what the filter asks about. CLOEXEC. A
 * process has one listener at most: a second one is EBUSY.
 */
export const setSeccompListener = syscall<[flags: readonly SeccompFlag[], program: Uint8Array], Fd, 'task'>(
  'seccomp',
  [constant(1, 'SET_MODE_FILTER'), bits(FLAGS), filter],
  ownedFd,
  'task',
)

/** seccomp(SECCOMP_GET_ACTION_AVAIL): fails with EOPNOTSUPP when the kernel does not know the action. */
export const seccompActionAvailable = syscall<[action: Uint8Array], void>(
  'seccomp',
  [constant(2, 'GET_ACTION_AVAIL'), constant(0), structure],
  nothing,
)

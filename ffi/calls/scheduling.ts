// When and where a process runs: sched_setattr(2), sched_setaffinity(2), ioprio_set(2), personality(2).

import { type Kind, syscall } from '../call.ts'
import { bits, constant, integer, nothing, number, oneOf, orOf } from '../kinds.ts'
import { struct } from '../struct.ts'

const POLICY = { OTHER: 0, FIFO: 1, RR: 2, BATCH: 3, ISO: 4, IDLE: 5, DEADLINE: 6 } as const
const FLAG = {
  RESET_ON_FORK: 0x1,
  RECLAIM: 0x2,
  DL_OVERRUN: 0x4,
  KEEP_POLICY: 0x8,
  KEEP_PARAMS: 0x10,
  UTIL_CLAMP_MIN: 0x20,
  UTIL_CLAMP_MAX: 0x40,
} as const

/** How a process is scheduled; the last three in nanoseconds. */
export interface SchedulingAttributes {
  readonly policy: keyof typeof POLICY
  readonly flags: readonly (keyof typeof FLAG)[]
  readonly nice: number
  readonly priority: number
  readonly runtime: bigint
  readonly deadline: bigint
  readonly period: bigint
}

/** struct sched_attr in its second version (5.3): an older kernel takes it as long as what it does not know is zero. */
const SCHED_ATTR = struct({
  size: 'u32',
  policy: 'u32',
  flags: 'u64',
  nice: 'i32',
  priority: 'u32',
  runtime: 'u64',
  deadline: 'u64',
  period: 'u64',
  util_min: 'u32',
  util_max: 'u32',
})
const flags = bits(FLAG)

const attributes: Kind<SchedulingAttributes> = {
  encode: ({ policy, flags: names, ...rest }, memory) =>
    memory.structure(SCHED_ATTR, {
      ...rest,
      size: SCHED_ATTR.size,
      policy: POLICY[policy],
      flags: orOf(FLAG, names),
    }),
  show: ({ policy, flags: names, nice, priority, runtime, deadline, period }) =>
    `{${policy}, ${flags.show(names)}, nice=${nice}, priority=${priority}, ${runtime}/${deadline}/${period}}`,
}

/** sched_setattr(2) of a process by pid; 0 is the caller. */
export const schedSetattr = syscall<[pid: number, attributes: SchedulingAttributes], void>(
  'sched_setattr',
  [integer, attributes, constant(0)],
  nothing,
)

/** A set of CPUs: bit 0 of the first byte is CPU 0. */
const cpuSet: Kind<Uint8Array> = {
  encode: (set, memory) => [set.length, memory.bytes(set)],
  show: (set) =>
    `0x${[...set]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')}`,
}

/** sched_setaffinity(2) of a thread by pid; 0 is the caller. The set's size is a multiple of 8 bytes. */
export const schedSetaffinity = syscall<[pid: number, cpus: Uint8Array], void>(
  'sched_setaffinity',
  [integer, cpuSet],
  nothing,
)

const IOPRIO_CLASS_SHIFT = 13
const IOPRIO_CLASS = { RT: 1, BE: 2, IDLE: 3 } as const

/** An I/O priority: its class, and the level in it, from 0 (first) to 7. */
export interface IoPriority {
  readonly class: keyof typeof IOPRIO_CLASS
  readonly level: number
}

/** ioprio_set(2) of a process by pid; 0 is the caller. */
export const ioprioSet = syscall<[pid: number, priority: IoPriority], void>(
  'ioprio_set',
  [
    constant(1, 'WHO_PROCESS'),
    integer,
    {
      encode: ({ class: name, level }: IoPriority) => (IOPRIO_CLASS[name] << IOPRIO_CLASS_SHIFT) | level,
      show: ({ class: name, level }: IoPriority) => `${name}:${level}`,
    },
  ],
  nothing,
)

/** ADDR_NO_RANDOMIZE and ADDR_COMPAT_LAYOUT. */
export const FIXED_ADDRESSES = 0x24_0000

/** personality(2): the execution domain of the caller, whose flags are all cleared. */
export const personality = syscall<[domain: 'LINUX' | 'LINUX32'], void, 'task'>(
  'personality',
  [oneOf({ LINUX: 0, LINUX32: 8 })],
  nothing,
  'task',
)

/**
 * personality(2), for the addresses of the program that is executed next: the kernel puts its memory where it put that of
 * the one before, far from where it puts that of others. Gives the flags until now.
 */
export const fixAddresses = syscall<[], number>(
  'personality',
  [constant(FIXED_ADDRESSES, 'ADDR_NO_RANDOMIZE|ADDR_COMPAT_LAYOUT')],
  number,
)

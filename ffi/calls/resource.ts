// Resources of a process: prlimit(2), sched_setaffinity(2), sched_getaffinity(2).

import { type Kind, syscall } from '../call.ts'
import { constant, filled, integer, nothing, oneOf, room } from '../kinds.ts'
import { RLIMIT } from '../numbers/rlimit.ts'

/** A resource limit by its kernel name. */
export type Rlimit = keyof typeof RLIMIT

/** Both values of a limit; 2^64 − 1 is no limit. */
export interface Limit {
  readonly soft: bigint
  readonly hard: bigint
}

const limit: Kind<Limit> = {
  encode: ({ soft, hard }, memory) => memory.bytes(new Uint8Array(new BigUint64Array([soft, hard]).buffer)),
  show: ({ soft, hard }) => `{${soft}, ${hard}}`,
}

/** prlimit(2) of a process by pid; 0 is the caller. */
export const setLimit = syscall<[pid: number, limit: Rlimit, value: Limit], void>(
  'prlimit64',
  [integer, oneOf(RLIMIT), limit, constant(0, 'NULL')],
  nothing,
)

/** prlimit(2) of a process by pid; 0 is the caller. */
export const getLimit = syscall<[pid: number, limit: Rlimit], Limit>(
  'prlimit64',
  [integer, oneOf(RLIMIT), constant(0, 'NULL'), room(16)],
  filled((view) => ({ soft: view.getBigUint64(0, true), hard: view.getBigUint64(8, true) })),
)

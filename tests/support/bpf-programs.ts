// How many eBPF programs the kernel holds: a program of a cgroup that is gone has no name and no place to be looked for.

import { type Kind, syscall } from '#ffi/call.ts'
import { failedWith } from '#ffi/error.ts'
import { constant } from '#ffi/kinds.ts'
import { here } from '#ffi/perform/here.ts'
import { struct } from '#ffi/struct.ts'

const BPF_PROG_GET_NEXT_ID = 11
const NEXT = struct({ start_id: 'u32', next_id: 'u32', open_flags: 'u32' })

const after: Kind<number> = {
  encode: (id, memory) => [memory.room(NEXT.size, NEXT.write({ start_id: id })), NEXT.size],
  show: String,
}

/** bpf(BPF_PROG_GET_NEXT_ID): fails with ENOENT after the last one. */
const nextProgram = syscall<[after: number], number>(
  'bpf',
  [constant(BPF_PROG_GET_NEXT_ID, 'PROG_GET_NEXT_ID'), after],
  { kind: 'value', decode: (_, [next]) => (next === undefined ? 0 : NEXT.read(next).next_id), show: String },
)

/** Gives the ids of all programs of the host. Needs root. */
export function bpfPrograms(): readonly number[] {
  const ids: number[] = []
  for (;;) {
    try {
      ids.push(here(nextProgram(ids.at(-1) ?? 0)))
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return ids
      throw error
    }
  }
}

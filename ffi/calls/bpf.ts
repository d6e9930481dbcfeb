// eBPF programs on cgroups: bpf(2) for BPF_PROG_TYPE_CGROUP_DEVICE.

import { type Kind, syscall } from '../call.ts'
import type { Fd } from '../fd.ts'
import { constant, nothing, ownedFd } from '../kinds.ts'
import { struct } from '../struct.ts'

const BPF_PROG_LOAD = 5
const BPF_PROG_ATTACH = 8
const BPF_PROG_DETACH = 9
/** BPF_OBJ_GET_INFO_BY_FD */
const DESCRIBE = 15
const BPF_PROG_QUERY = 16
const BPF_PROG_GET_FD_BY_ID = 13
const BPF_CGROUP_DEVICE = 6
const BPF_F_ALLOW_MULTI = 2
const BYTES_PER_INSTRUCTION = 8

const LOAD = struct({
  prog_type: 'u32',
  insn_cnt: 'u32',
  insns: 'u64',
  license: 'u64',
  log_level: 'u32',
  log_size: 'u32',
  log_buf: 'u64',
  kern_version: 'u32',
  prog_flags: 'u32',
})
const PROG_TYPE_CGROUP_DEVICE = 15
const ATTACH = struct({
  target_fd: 'u32',
  attach_bpf_fd: 'u32',
  attach_type: 'u32',
  attach_flags: 'u32',
  replace_bpf_fd: 'u32',
})
const QUERY = struct({
  target_fd: 'u32',
  attach_type: 'u32',
  query_flags: 'u32',
  attach_flags: 'u32',
  prog_ids: 'u64',
  prog_cnt: 'u32',
})
const DESCRIPTION = struct({ bpf_fd: 'u32', info_len: 'u32', info: 'u64' })
/** The beginning of struct bpf_prog_info: type, id, tag. The kernel fills in as much as there is room for. */
const DESCRIBED = { size: 16, tag: 8 } as const

const program: Kind<Uint8Array> = {
  encode: (instructions, memory) => {
    const attributes = memory.structure(LOAD, {
      prog_type: PROG_TYPE_CGROUP_DEVICE,
      insn_cnt: instructions.length / BYTES_PER_INSTRUCTION,
      insns: memory.bytes(instructions),
      license: memory.text('Apache-2.0'),
    })
    return [attributes, LOAD.size]
  },
  show: (instructions) => `<${instructions.length / BYTES_PER_INSTRUCTION} instructions>`,
}

/** bpf(BPF_PROG_LOAD) of a program for BPF_CGROUP_DEVICE. */
export const loadDeviceProgram = syscall<[instructions: Uint8Array], Fd>(
  'bpf',
  [constant(BPF_PROG_LOAD, 'PROG_LOAD'), program],
  ownedFd,
)

interface Attachment {
  readonly cgroup: Fd
  readonly program: Fd
}

const attachment = (flags: number): Kind<Attachment> => ({
  encode: ({ cgroup, program: attached }, memory) => {
    const attributes = memory.structure(ATTACH, {
      target_fd: memory.descriptor(cgroup),
      attach_bpf_fd: memory.descriptor(attached),
      attach_type: BPF_CGROUP_DEVICE,
      attach_flags: flags,
    })
    return [attributes, ATTACH.size]
  },
  show: ({ cgroup, program: attached }) => `{${cgroup}, ${attached}, BPF_CGROUP_DEVICE}`,
})

/** bpf(BPF_PROG_ATTACH) with BPF_F_ALLOW_MULTI: every attached program must allow an access. */
export const attachDeviceProgram = syscall<[attachment: Attachment], void>(
  'bpf',
  [constant(BPF_PROG_ATTACH, 'PROG_ATTACH'), attachment(BPF_F_ALLOW_MULTI)],
  nothing,
)

/** bpf(BPF_PROG_DETACH). */
export const detachDeviceProgram = syscall<[attachment: Attachment], void>(
  'bpf',
  [constant(BPF_PROG_DETACH, 'PROG_DETACH'), attachment(0)],
  nothing,
)

/** bpf(BPF_PROG_GET_FD_BY_ID). */
export const programById = syscall<[id: number], Fd>(
  'bpf',
  [
    constant(BPF_PROG_GET_FD_BY_ID, 'PROG_GET_FD_BY_ID'),
    {
      encode: (id: number, memory) => [memory.bytes(new Uint8Array(new Uint32Array([id, 0, 0, 0]).buffer)), 16],
      show: String,
    },
  ],
  ownedFd,
)

/** bpf(BPF_OBJ_GET_INFO_BY_FD): the tag of a program, a checksum of its instructions, as a number. */
export const programTag = syscall<[program: Fd], bigint>(
  'bpf',
  [
    constant(DESCRIBE, 'OBJ_GET_INFO_BY_FD'),
    {
      encode: (loaded: Fd, memory) => {
        const info = memory.room(DESCRIBED.size)
        const attributes = { bpf_fd: memory.descriptor(loaded), info_len: DESCRIBED.size, info }
        return [memory.structure(DESCRIPTION, attributes), DESCRIPTION.size]
      },
      show: String,
    },
  ],
  {
    kind: 'value',
    decode: (_, [info]) => info?.getBigUint64(DESCRIBED.tag, true) ?? 0n,
    show: (tag) => tag.toString(16),
  },
)

const MOST_PROGRAMS = 64

/** bpf(BPF_PROG_QUERY): the ids of the device programs that are attached to a cgroup itself, 64 at most. */
export const devicePrograms = syscall<[cgroup: Fd], readonly number[]>(
  'bpf',
  [
    constant(BPF_PROG_QUERY, 'PROG_QUERY'),
    {
      encode: (cgroup: Fd, memory) => {
        const ids = memory.room(4 * MOST_PROGRAMS)
        const attributes = QUERY.write({
          target_fd: memory.descriptor(cgroup),
          attach_type: BPF_CGROUP_DEVICE,
          prog_ids: ids,
          prog_cnt: MOST_PROGRAMS,
        })
        return [memory.room(QUERY.size, attributes), QUERY.size]
      },
      show: String,
    },
  ],
  {
    kind: 'value',
    decode: (_, [ids, query]) =>
      ids === undefined || query === undefined
        ? []
        : Array.from({ length: Math.min(QUERY.read(query).prog_cnt, MOST_PROGRAMS) }, (_, i) =>
            ids.getUint32(4 * i, true),
          ),
    show: (ids) => `[${ids.join(', ')}]`,
  },
)

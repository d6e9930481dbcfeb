// `linux.devices` and `linux.netDevices`: what must exist in the container (config-linux.md#devices). What it may open is
// a matter of `linux.resources.devices`.

import * as v from 'valibot'
import {
  eitherOf,
  form,
  integer,
  mapOf,
  oneOf,
  optionalList,
  optionalText,
  record,
  text,
  uint32,
  type Output,
} from './values.ts'

/** Character, block and unbuffered character, which is the same as `c` on Linux; `p`, a fifo, is the fourth type. */
export const NODE_TYPES = ['c', 'b', 'u'] as const

// mknod(2) cuts off what does not fit in 12 and 20 bits and so would make another device than the one asked for.
export const MAX_MAJOR = 0xfff
export const MAX_MINOR = 0xf_ffff

const file = {
  path: text,
  /** Only the permission bits are of use; some engines send the file type along. */
  fileMode: v.exactOptional(uint32),
  uid: v.optional(uint32, 0),
  gid: v.optional(uint32, 0),
}

const fifo = form({ type: oneOf('a device type', ['p']), ...file })

const node = form({
  type: oneOf('a device type', NODE_TYPES),
  major: integer(0, MAX_MAJOR),
  minor: integer(0, MAX_MINOR),
  ...file,
})

const deviceSchema = eitherOf('type', 'a device type', [node, fifo])

export const devicesSchema = optionalList(deviceSchema)

/** Keyed by the name on the host; an empty `name` keeps it. */
export const netDevicesSchema = v.optional(mapOf(text, record({ name: optionalText })), {})

export type LinuxDevice = Output<typeof deviceSchema>

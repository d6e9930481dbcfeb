// `linux.namespaces` and what configures one: id mappings and clock offsets (config-linux.md#namespaces).

import * as v from 'valibot'
import { mapOf, oneOf, optionalList, optionalText, record, uint32, int53, integer, type Output } from './values.ts'

export const NAMESPACE_TYPES = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'] as const

/** The clocks that time_namespaces(7) lets a namespace shift. */
export const CLOCKS = ['monotonic', 'boottime'] as const

export type NamespaceType = (typeof NAMESPACE_TYPES)[number]

const namespaceSchema = record({
  type: oneOf('a namespace type', NAMESPACE_TYPES),
  /** Empty: a new namespace. */
  path: optionalText,
})

export const namespacesSchema = optionalList(namespaceSchema)

const idMappingSchema = record({ containerID: uint32, hostID: uint32, size: uint32 })

export const idMappingsSchema = optionalList(idMappingSchema)

const timeOffsetSchema = record({
  secs: v.optional(int53, 0),
  nanosecs: v.optional(integer(0, 999_999_999), 0),
})

export const timeOffsetsSchema = v.optional(mapOf(oneOf('a clock of a time namespace', CLOCKS), timeOffsetSchema), {})

export type LinuxNamespace = Output<typeof namespaceSchema>
export type LinuxIDMapping = Output<typeof idMappingSchema>
export type LinuxTimeOffset = Output<typeof timeOffsetSchema>

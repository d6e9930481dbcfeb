// `linux.resources`: limits of the cgroup (config-linux.md#control-groups). Nothing has a default here, in `update` an
// absent field means "leave it alone" and in `create` "leave it to the kernel"; only inside an entry of a list, where the
// specification says what an absent part means, is it filled in.

import * as v from 'valibot'
import { MAX_MAJOR, MAX_MINOR } from './devices.ts'
import {
  flag,
  int53,
  integer,
  limit64,
  list,
  mapOf,
  oneOf,
  optionalText,
  record,
  text,
  textMap,
  uint16,
  uint32,
  uint53,
  uint64,
  type Output,
} from './values.ts'

/** All, character and block. */
export const DEVICE_RULE_TYPES = ['a', 'c', 'b'] as const

const deviceRuleSchema = record({
  allow: flag,
  type: v.optional(oneOf('a type of a device rule', DEVICE_RULE_TYPES), 'a'),
  /** -1 is every number: the specification leaves the field out for that, older engines write the -1. */
  major: v.optional(integer(-1, MAX_MAJOR), -1),
  minor: v.optional(integer(-1, MAX_MINOR), -1),
  access: optionalText,
})

const memorySchema = record({
  limit: v.exactOptional(limit64),
  reservation: v.exactOptional(limit64),
  swap: v.exactOptional(limit64),
  kernel: v.exactOptional(limit64),
  kernelTCP: v.exactOptional(limit64),
  swappiness: v.exactOptional(integer(0, 100)),
  disableOOMKiller: v.exactOptional(flag),
  useHierarchy: v.exactOptional(flag),
  checkBeforeUpdate: v.exactOptional(flag),
})

const cpuSchema = record({
  shares: v.exactOptional(uint53),
  quota: v.exactOptional(int53),
  burst: v.exactOptional(uint53),
  period: v.exactOptional(uint53),
  realtimeRuntime: v.exactOptional(int53),
  realtimePeriod: v.exactOptional(uint53),
  cpus: v.exactOptional(text),
  mems: v.exactOptional(text),
  idle: v.exactOptional(integer(0, 1)),
})

const blockDevice = { major: integer(0, MAX_MAJOR), minor: integer(0, MAX_MINOR) }

const weightDeviceSchema = record({
  ...blockDevice,
  weight: v.exactOptional(uint16),
  leafWeight: v.exactOptional(uint16),
})

const throttleDeviceSchema = record({ ...blockDevice, rate: uint64 })

const blockIOSchema = record({
  weight: v.exactOptional(uint16),
  leafWeight: v.exactOptional(uint16),
  weightDevice: v.exactOptional(list(weightDeviceSchema)),
  throttleReadBpsDevice: v.exactOptional(list(throttleDeviceSchema)),
  throttleWriteBpsDevice: v.exactOptional(list(throttleDeviceSchema)),
  throttleReadIOPSDevice: v.exactOptional(list(throttleDeviceSchema)),
  throttleWriteIOPSDevice: v.exactOptional(list(throttleDeviceSchema)),
})

const hugepageLimitSchema = record({ pageSize: text, limit: uint64 })

const networkSchema = record({
  classID: v.exactOptional(uint32),
  priorities: v.exactOptional(list(record({ name: text, priority: uint32 }))),
})

const rdmaSchema = record({ hcaHandles: v.exactOptional(uint32), hcaObjects: v.exactOptional(uint32) })

export const resourcesSchema = record({
  devices: v.exactOptional(list(deviceRuleSchema)),
  memory: v.exactOptional(memorySchema),
  cpu: v.exactOptional(cpuSchema),
  /** 0 is a real limit here, -1 is none. */
  pids: v.exactOptional(record({ limit: v.exactOptional(int53) })),
  blockIO: v.exactOptional(blockIOSchema),
  hugepageLimits: v.exactOptional(list(hugepageLimitSchema)),
  network: v.exactOptional(networkSchema),
  rdma: v.exactOptional(mapOf(text, rdmaSchema)),
  unified: v.exactOptional(textMap),
})

export type LinuxResources = Output<typeof resourcesSchema>
export type LinuxDeviceCgroup = Output<typeof deviceRuleSchema>
export type LinuxMemory = Output<typeof memorySchema>
export type LinuxCPU = Output<typeof cpuSchema>
export type LinuxBlockIO = Output<typeof blockIOSchema>
export type LinuxWeightDevice = Output<typeof weightDeviceSchema>
export type LinuxThrottleDevice = Output<typeof throttleDeviceSchema>
export type LinuxHugepageLimit = Output<typeof hugepageLimitSchema>
export type LinuxNetwork = Output<typeof networkSchema>
export type LinuxRdma = Output<typeof rdmaSchema>

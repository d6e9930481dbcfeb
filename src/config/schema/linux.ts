// `linux`: the platform's part of config.json (config-linux.md), put together from the files beside this one.

import * as v from 'valibot'
import { devicesSchema, netDevicesSchema } from './devices.ts'
import { intelRdtSchema } from './intel-rdt.ts'
import { memoryPolicySchema } from './memory-policy.ts'
import { idMappingsSchema, namespacesSchema, timeOffsetsSchema } from './namespaces.ts'
import { personalitySchema } from './personality.ts'
import { resourcesSchema } from './resources.ts'
import { seccompSchema } from './seccomp.ts'
import { oneOf, optionalText, optionalTexts, textMap, record, type Output } from './values.ts'

/** The specification names the four without `r`; the engines write the recursive ones. Empty is "not set". */
export const ROOTFS_PROPAGATIONS = [
  'shared',
  'slave',
  'private',
  'unbindable',
  'rshared',
  'rslave',
  'rprivate',
  'runbindable',
] as const

export const linuxSchema = record({
  namespaces: namespacesSchema,
  uidMappings: idMappingsSchema,
  gidMappings: idMappingsSchema,
  timeOffsets: timeOffsetsSchema,
  devices: devicesSchema,
  netDevices: netDevicesSchema,
  cgroupsPath: optionalText,
  resources: v.optional(resourcesSchema, {}),
  intelRdt: v.exactOptional(intelRdtSchema),
  memoryPolicy: v.exactOptional(memoryPolicySchema),
  sysctl: v.optional(textMap, {}),
  seccomp: v.exactOptional(seccompSchema),
  rootfsPropagation: v.optional(oneOf('a mount propagation', [...ROOTFS_PROPAGATIONS, '']), ''),
  maskedPaths: optionalTexts,
  readonlyPaths: optionalTexts,
  mountLabel: optionalText,
  personality: v.exactOptional(personalitySchema),
})

export type Linux = Output<typeof linuxSchema>
export type RootfsPropagation = Linux['rootfsPropagation']

// Sets linux.resources.devices on a cgroup: the writes of version 1, or a program attached to version 2. What the rules
// mean is worked out in devices/.

import type { Sys } from '#ffi/call.ts'
import {
  attachDeviceProgram,
  detachDeviceProgram,
  devicePrograms,
  loadDeviceProgram,
  programById,
  programTag,
} from '#ffi/calls/bpf.ts'
import { openat, put } from '#ffi/calls/file.ts'
import { getLimit, setLimit } from '#ffi/calls/resource.ts'
import { doing } from '#ffi/context.ts'
import { failedWith } from '#ffi/error.ts'
import type { Fd } from '#ffi/fd.ts'
import { Failure } from '#src/failure.ts'
import { DEFAULT_DEVICE_RULES } from './devices/default-rules.ts'
import { allowEverything, effectiveRules } from './devices/effective.ts'
import { deviceProgram } from './devices/program.ts'
import type { DeviceRule, Rule } from './devices/rule.ts'
import { deviceChanges, deviceWrites } from './devices/v1.ts'
import { type CgroupRecord, legacyOf, unifiedOf } from './record.ts'
import { readValue } from './values.ts'

/**
 * Lets a container use the devices that its rules allow and those that every container may use, and no others: no rules
 * mean just those. What was set before is replaced; with `inUse`, so that no process in there is denied for a moment what
 * it may use before and after. With `optional` a caller who lacks the privilege sets nothing, which opens nothing: in a
 * user namespace the kernel lets nobody make a device. Nothing is set on a container without cgroup.
 */
export function restrictDevices(
  sys: Sys,
  record: CgroupRecord,
  rules: readonly DeviceRule[],
  { optional = false, inUse = false } = {},
): void {
  if (record.hierarchies.length === 0) return
  const effective = effectiveRules([...rules, ...DEFAULT_DEVICE_RULES])
  const legacy = legacyOf(record, 'devices')
  const unified = unifiedOf(record)
  doing('set linux.resources.devices', () => {
    try {
      if (legacy !== undefined) writeRules(sys, legacy.path, { rules: effective, inUse })
      else if (unified !== undefined) replaceProgram(sys, unified.path, effective)
      else if (!optional && !allowEverything(effective)) throw new Failure('no cgroup has the controller "devices"')
    } catch (error) {
      if (!optional || !failedWith(error, 'EPERM', 'EACCES')) throw error
    }
  })
}

/** The file takes one entry with each write. */
function writeRules(sys: Sys, path: string, { rules, inUse }: { rules: readonly Rule[]; inUse: boolean }): void {
  const writes = inUse ? deviceChanges(rules, readValue(sys, `${path}/devices.list`)) : deviceWrites(rules)
  using allow = sys(openat('cwd', `${path}/devices.allow`, ['WRONLY']))
  using deny = sys(openat('cwd', `${path}/devices.deny`, ['WRONLY']))
  for (const { file, line } of writes) sys(put(file === 'devices.allow' ? allow : deny, line))
}

/**
 * Several programs on one cgroup must all allow an access: while there are two, what both allow stays allowed, and at no
 * moment is there none. One that is left over from another container with the same cgroup goes as well.
 */
function replaceProgram(sys: Sys, path: string, rules: readonly Rule[]): void {
  using cgroup = sys(openat('cwd', path, ['RDONLY', 'DIRECTORY']))
  const before = sys(devicePrograms(cgroup))
  if (!allowEverything(rules)) {
    using program = loaded(sys, deviceProgram(rules))
    if (before.length === 1 && isSame(sys, program, before[0] ?? 0)) return
    sys(attachDeviceProgram({ cgroup, program }))
  }
  for (const id of before) {
    using program = sys(programById(id))
    sys(detachDeviceProgram({ cgroup, program }))
  }
}

/** An update that repeats the rules that there are is not to move anything. */
function isSame(sys: Sys, program: Fd, id: number): boolean {
  using other = sys(programById(id))
  return sys(programTag(program)) === sys(programTag(other))
}

const NO_LIMIT = { soft: 2n ** 64n - 1n, hard: 2n ** 64n - 1n }

/** Until 5.11, programs count as locked memory of the user: root's limit of 64 KiB is used up by a dozen containers. */
function loaded(sys: Sys, instructions: Uint8Array): Fd {
  try {
    return sys(loadDeviceProgram(instructions))
  } catch (error) {
    if (!failedWith(error, 'EPERM')) throw error
  }
  const limit = sys(getLimit(0, 'RLIMIT_MEMLOCK'))
  sys(setLimit(0, 'RLIMIT_MEMLOCK', NO_LIMIT))
  try {
    return sys(loadDeviceProgram(instructions))
  } finally {
    // The container inherits bunc's limits.
    sys(setLimit(0, 'RLIMIT_MEMLOCK', limit))
  }
}

/** The types that the schemas give: complete, so that nobody past the edge asks again, and readonly. */

import { expect, test } from 'bun:test'
import { readConfig } from '#src/config/config.ts'
import type { Config } from '#src/config/schema/config.ts'
import type { LinuxDevice } from '#src/config/schema/devices.ts'
import type { Hook } from '#src/config/schema/hooks.ts'
import type { Linux } from '#src/config/schema/linux.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import type { POSIXRlimit, Process, User } from '#src/config/schema/process.ts'
import type { LinuxDeviceCgroup, LinuxMemory } from '#src/config/schema/resources.ts'
import type { LinuxSeccomp, LinuxSeccompArg, LinuxSyscall } from '#src/config/schema/seccomp.ts'
import { configText } from '#tests/support/config-text.ts'

type Optional<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? Key : never }[keyof T]
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Does not compile unless its type argument is `true`. */
function holds<Claim extends true>(claim: Claim): Claim {
  return claim
}

test('only what the specification lets mean something by its absence is optional', () => {
  expect([
    holds<Same<Optional<Config>, 'process'>>(true),
    holds<Same<Optional<Linux>, 'intelRdt' | 'memoryPolicy' | 'seccomp' | 'personality'>>(true),
    holds<Same<Optional<Process>, 'consoleSize' | 'oomScoreAdj' | 'scheduler' | 'ioPriority'>>(true),
    holds<Same<Optional<User>, 'umask'>>(true),
    holds<Same<Optional<Mount>, never>>(true),
    holds<Same<Optional<Hook>, 'timeout'>>(true),
    holds<Same<Optional<LinuxSeccomp>, 'flags' | 'defaultErrnoRet'>>(true),
    holds<Same<Optional<LinuxSyscall>, 'errnoRet'>>(true),
    holds<Same<Optional<LinuxDeviceCgroup>, never>>(true),
    holds<Same<Optional<LinuxDevice>, 'fileMode'>>(true),
  ]).not.toContain(false)
})

test('numbers that need 64 bits are bigints and the others are numbers', () => {
  expect([
    holds<Same<POSIXRlimit['soft'], bigint>>(true),
    holds<Same<LinuxSeccompArg['value'], bigint>>(true),
    holds<Same<LinuxSeccompArg['index'], number>>(true),
    holds<Same<LinuxMemory['limit'], bigint | undefined>>(true),
    holds<Same<User['uid'], number>>(true),
    holds<Same<Exclude<LinuxDevice, { readonly type: 'p' }>['major'], number>>(true),
  ]).not.toContain(false)
})

test('names are literal types', () => {
  expect([
    holds<
      Same<
        Config['linux']['namespaces'][number]['type'],
        'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time'
      >
    >(true),
    holds<Same<LinuxDevice['type'], 'c' | 'b' | 'u' | 'p'>>(true),
  ]).not.toContain(false)
})

test('a config cannot be written to', () => {
  const config = readConfig(configText())
  const write = () => {
    // @ts-expect-error a field is readonly
    config.root.path = '/'
    // @ts-expect-error a list has no push
    config.mounts.push(config.mounts[0])
    // @ts-expect-error a list inside an object inside is readonly as well
    config.linux.namespaces[0] = { type: 'pid', path: '' }
  }
  expect(typeof write).toBe('function')
})

// The profiles that engines hand to a runtime, as they stand in profiles/: taken from config.json files that dockerd 28.5
// and ctr 2.1 wrote, and from containers-common 0.67 with the rules of Podman's default capabilities.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ARM_MACHINE } from '#src/security/seccomp/machine-arm.ts'
import { X86_MACHINE } from '#src/security/seccomp/machine-x86.ts'
import type { Machine } from '#src/security/seccomp/machine.ts'
import type { Profile } from '#src/security/seccomp/profile.ts'

/** A profile in use, and the machine that it is for. */
export interface Used {
  readonly name: string
  readonly profile: Profile
  readonly machine: Machine
}

const ARM = { architectures: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'] } as const

/** Reads a file of profiles/. */
export function readProfile(name: string): Profile {
  return JSON.parse(readFileSync(join(import.meta.dir, 'profiles', `${name}.json`), 'utf8'))
}

/** All of them; those of Docker and containerd also with the architectures that they name on an AArch64 machine. */
export const USED: readonly Used[] = [
  ...['docker-28', 'docker-28-all-capabilities', 'containerd-2.1'].flatMap((name) => [
    { name, profile: readProfile(name), machine: X86_MACHINE },
    { name: `${name} on AArch64`, profile: { ...readProfile(name), ...ARM }, machine: ARM_MACHINE },
  ]),
  { name: 'podman-5', profile: readProfile('podman-5'), machine: X86_MACHINE },
  { name: 'podman-5 on AArch64', profile: readProfile('podman-5-aarch64'), machine: ARM_MACHINE },
]

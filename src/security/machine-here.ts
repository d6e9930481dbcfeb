// The machine that this build is for, as seccomp sees it. A build for one holds the tables of one.

import { MACHINE } from '#ffi/machine.ts'
import type { Machine } from './seccomp/machine.ts'
import { ARM_MACHINE } from './seccomp/machine-arm.ts'
import { X86_MACHINE } from './seccomp/machine-x86.ts'

export const MACHINE_HERE: Machine = MACHINE === 'x64' ? X86_MACHINE : ARM_MACHINE

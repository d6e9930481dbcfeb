// libseccomp as the reference for our own compiler: Debian's shared library, driven as runc drives it. Gives the
// program that runc would install, without the part for calls newer than the profile, which is runc's own.

import { dlopen, type Pointer, read } from 'bun:ffi'
import { test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import type { Profile, SyscallRule } from '#src/security/seccomp/profile.ts'

const PLACES = ['/usr/lib/x86_64-linux-gnu/libseccomp.so.2', '/usr/lib/aarch64-linux-gnu/libseccomp.so.2']

/** SCMP_FLTATR_CTL_OPTIMIZE: 1 is a chain of comparisons, which is the default, 2 a binary tree. */
const CTL_OPTIMIZE = 8
/** Every action may be used whatever this kernel supports: the program is not going to be installed. */
const API_LEVEL = 6
const UNKNOWN_CALL = -1
const ALREADY_THERE = -17

const OPERATORS = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
} as const

/** As seccomp.h has them. KILL is KILL_THREAD. */
const ACTIONS = {
  SCMP_ACT_KILL_PROCESS: 0x8000_0000,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL: 0,
  SCMP_ACT_TRAP: 0x0003_0000,
  SCMP_ACT_ERRNO: 0x0005_0000,
  SCMP_ACT_NOTIFY: 0x7fc0_0000,
  SCMP_ACT_TRACE: 0x7ff0_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ALLOW: 0x7fff_0000,
} as const

/** Where the library is, or why there is nothing to compare with. */
export const LIBSECCOMP: string | undefined = process.env['BUNC_LIBSECCOMP'] ?? PLACES.find((path) => existsSync(path))

/** Declares tests that compare with libseccomp; where it is missing they are skipped, with the reason in their names. */
export function libseccompTest(name: string, body: (library: Libseccomp) => void, limit?: number) {
  if (LIBSECCOMP === undefined)
    test.skip(`${name} [skipped: libseccomp.so.2 is missing (apt-get install libseccomp2)]`, () => {})
  else test(name, () => body((opened ??= openLibseccomp(LIBSECCOMP))), limit)
}

let opened: Libseccomp | undefined

/** What libseccomp made of a profile. */
export interface Reference {
  readonly program: Uint8Array
  /** Indexes of the rules of the profile that it refused: their action contradicts an earlier rule. runc gives up there. */
  readonly refused: ReadonlySet<number>
}

/** The library, opened. */
export interface Libseccomp {
  readonly version: string
  /** Whether the library knows an architecture ("x86_64"). */
  readonly knows: (architecture: string) => boolean
  /** Gives a system call's number on an architecture ("x86_64"), undefined if there is none, negative if it is hidden. */
  readonly number: (architecture: string, name: string) => number | undefined
  /** Compiles for the architectures given ("x86_64"), the first of which is taken as native. */
  readonly compile: (profile: Profile, architectures: readonly string[], tree?: boolean) => Reference
}

function symbols(path: string) {
  return dlopen(path, {
    seccomp_init: { args: ['u32'], returns: 'ptr' },
    seccomp_release: { args: ['ptr'], returns: 'void' },
    seccomp_arch_add: { args: ['ptr', 'u32'], returns: 'i32' },
    seccomp_arch_remove: { args: ['ptr', 'u32'], returns: 'i32' },
    seccomp_arch_native: { args: [], returns: 'u32' },
    seccomp_arch_resolve_name: { args: ['cstring'], returns: 'u32' },
    seccomp_rule_add_array: { args: ['ptr', 'u32', 'i32', 'u32', 'ptr'], returns: 'i32' },
    seccomp_export_bpf: { args: ['ptr', 'i32'], returns: 'i32' },
    seccomp_attr_set: { args: ['ptr', 'i32', 'u32'], returns: 'i32' },
    seccomp_syscall_resolve_name: { args: ['cstring'], returns: 'i32' },
    seccomp_syscall_resolve_name_arch: { args: ['u32', 'cstring'], returns: 'i32' },
    seccomp_api_set: { args: ['u32'], returns: 'i32' },
    seccomp_version: { args: [], returns: 'ptr' },
  }).symbols
}

function systemSymbols() {
  return dlopen('libc.so.6', {
    memfd_create: { args: ['cstring', 'u32'], returns: 'i32' },
    close: { args: ['i32'], returns: 'i32' },
  }).symbols
}

type Library = ReturnType<typeof symbols>

/** Opens the library at a path. */
export function openLibseccomp(path: string): Libseccomp {
  const library = symbols(path)
  const system = systemSymbols()
  library.seccomp_api_set(API_LEVEL)
  const version = library.seccomp_version()
  const export_ = (context: Pointer) => {
    const fd = system.memfd_create('program', 0)
    const failed = library.seccomp_export_bpf(context, fd)
    const program = readFileSync(`/proc/self/fd/${fd}`)
    system.close(fd)
    if (failed !== 0) throw new Error(`seccomp_export_bpf = ${failed}`)
    return new Uint8Array(program)
  }
  return {
    version: version === null ? 'unknown' : [0, 4, 8].map((at) => read.u32(version, at)).join('.'),
    // 0 would be taken for the native architecture.
    knows: (architecture) => library.seccomp_arch_resolve_name(architecture) !== 0,
    number: (architecture, name) => {
      const token = library.seccomp_arch_resolve_name(architecture)
      const number = token === 0 ? UNKNOWN_CALL : library.seccomp_syscall_resolve_name_arch(token, name)
      return number === UNKNOWN_CALL ? undefined : number
    },
    compile: (profile, architectures, tree = false) => {
      const context = library.seccomp_init(actionValue(profile.defaultAction, profile.defaultErrnoRet))
      if (typeof context !== 'number') throw new Error('seccomp_init failed')
      if (tree) library.seccomp_attr_set(context, CTL_OPTIMIZE, 2)
      chooseArchitectures(library, context, architectures)
      const refused = addRules(library, context, profile)
      const program = export_(context)
      library.seccomp_release(context)
      return { program, refused }
    },
  }
}

function chooseArchitectures(library: Library, context: Pointer, names: readonly string[]) {
  const wanted = names.map((name) => library.seccomp_arch_resolve_name(name))
  const native = library.seccomp_arch_native()
  // A filter holds architectures of one byte order only, so the native one has to go before a foreign one comes.
  if (!wanted.includes(native)) library.seccomp_arch_remove(context, native)
  for (const token of wanted) {
    const failed = token === native ? 0 : library.seccomp_arch_add(context, token)
    if (failed !== 0) throw new Error(`seccomp_arch_add(${token}) = ${failed}`)
  }
}

/** Gives what a filter returns for an action. */
export function actionValue(name: keyof typeof ACTIONS, errnoRet: number | undefined): number {
  const carries = name === 'SCMP_ACT_ERRNO' || name === 'SCMP_ACT_TRACE'
  return ACTIONS[name] + (carries ? (errnoRet ?? 1) : 0)
}

function addRules(library: Library, context: Pointer, profile: Profile): ReadonlySet<number> {
  const refused = new Set<number>()
  const fallback = actionValue(profile.defaultAction, profile.defaultErrnoRet)
  for (const [i, rule] of (profile.syscalls ?? []).entries()) {
    const value = actionValue(rule.action, rule.errnoRet)
    // runc: a rule that only says the default is left out, which libseccomp would answer with EACCES.
    if (value === fallback) continue
    for (const name of rule.names) {
      const number = library.seccomp_syscall_resolve_name(name)
      if (number === UNKNOWN_CALL) continue
      for (const conditions of alternatives(rule)) {
        const failed = library.seccomp_rule_add_array(context, value, number, conditions.length, encode(conditions))
        if (failed === ALREADY_THERE) refused.add(i)
        else if (failed !== 0) throw new Error(`seccomp_rule_add_array("${name}") = ${failed}`)
      }
    }
  }
  return refused
}

type Conditions = NonNullable<SyscallRule['args']>

/** runc: two conditions on one argument make every condition a rule of its own. */
function alternatives({ args = [] }: SyscallRule): readonly Conditions[] {
  const indexes = args.map(({ index }) => index)
  return indexes.length === new Set(indexes).size ? [args] : args.map((condition) => [condition])
}

/** struct scmp_arg_cmp[]: two 32-bit numbers and two 64-bit ones. */
function encode(conditions: Conditions): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 * Math.max(1, conditions.length)))
  for (const [i, { index, op, value, valueTwo }] of conditions.entries()) {
    view.setUint32(i * 24, index, true)
    view.setUint32(i * 24 + 4, OPERATORS[op], true)
    view.setBigUint64(i * 24 + 8, BigInt(value), true)
    view.setBigUint64(i * 24 + 16, BigInt(valueTwo ?? 0), true)
  }
  return new Uint8Array(view.buffer)
}

// Executes a program as an older kernel would: a seccomp filter answers the named system calls with ENOSYS, to it and to
// all that it makes. A program of its own (`bun launch-without.ts NAME,NAME PROGRAM [ARG...]`), since a filter stays with
// a process for ever. Root needs no no_new_privs for it, and must not get it: containers would inherit it.
import { dlopen, ptr } from 'bun:ffi'

import { olderKernel } from './older-kernel.ts'

/** linux/prctl.h, linux/seccomp.h. */
const PR_SET_SECCOMP = 22
const SECCOMP_MODE_FILTER = 2

const libc = dlopen('libc.so.6', {
  prctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  execve: { args: ['cstring', 'ptr', 'ptr'], returns: 'i32' },
}).symbols

/** Bytes that pointers lead to: nothing else keeps them in memory. */
const kept: Uint8Array[] = []

function address(bytes: Uint8Array): bigint {
  kept.push(bytes)
  return BigInt(ptr(bytes))
}

const text = (value: string) => new Uint8Array(Buffer.from(`${value}\0`))

/** A list of texts as execve(2) takes it, with a null pointer at its end. */
function list(values: readonly string[]): Uint8Array {
  const addresses = [...values.map((value) => address(text(value))), 0n]
  return new Uint8Array(new BigUint64Array(addresses).buffer)
}

/** struct sock_fprog: how many instructions, and where. */
function sockFprog(program: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint16(0, program.length / 8, true)
  view.setBigUint64(8, address(program), true)
  return new Uint8Array(view.buffer)
}

const [names = '', path = '', ...args] = process.argv.slice(2)
const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ''}`)
const [argv, envp] = [list([path, ...args]), list(environment)]
if (libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, sockFprog(olderKernel(names.split(',')))) !== 0)
  throw new Error('Cannot install a seccomp filter: root is needed')
libc.execve(text(path), argv, envp)
throw new Error(`Cannot execute "${path}"`)

// `linux.sysctl`: only those that belong to a namespace of the container; any other would be the host's. The answer
// decides what root writes below /proc/sys, so a name that is not recognised is refused.

import type { Config } from '../schema/config.ts'
import type { NamespaceType } from '../schema/namespaces.ts'
import { eachKey, problem, type Rule } from '../rule.ts'
import { isFileName } from './text.ts'
import { hasNamespace } from './namespaces.ts'

/** The namespace that each sysctl belongs to; a name that ends in a dot stands for all below it. */
export const SYSCTLS = {
  'kernel.msgmax': 'ipc',
  'kernel.msgmnb': 'ipc',
  'kernel.msgmni': 'ipc',
  'kernel.sem': 'ipc',
  'kernel.shmall': 'ipc',
  'kernel.shmmax': 'ipc',
  'kernel.shmmni': 'ipc',
  'kernel.shm_rmid_forced': 'ipc',
  'kernel.domainname': 'uts',
  'fs.mqueue.': 'ipc',
  'net.': 'network',
  'user.': 'user',
} as const satisfies Record<string, NamespaceType>

/**
 * Takes a sysctl as sysctl(8) does, where the first `.` or `/` tells which of the two separates and the other one stands
 * for a dot inside a name, as the interface `eth0.100` has. Gives the names of the path below /proc/sys, or undefined
 * for what is no such path: `net/../kernel/core_pattern` would leave the namespace.
 */
export function sysctlPath(name: string): readonly string[] | undefined {
  const dot = name.indexOf('.')
  const slash = name.indexOf('/')
  const separator = slash === -1 || (dot !== -1 && dot < slash) ? '.' : '/'
  const path: string[] = []
  for (const part of name.split(separator)) {
    const file = separator === '.' && slash !== -1 ? part.replaceAll('/', '.') : part
    if (!isFileName(file)) return undefined
    path.push(file)
  }
  return path
}

/** Takes the names of a path below /proc/sys, gives the namespace that it belongs to, or undefined for the host's. */
export function sysctlNamespace(path: readonly string[]): NamespaceType | undefined {
  const dotted = path.join('.')
  for (const [name, namespace] of Object.entries(SYSCTLS))
    if (name.endsWith('.') ? dotted.startsWith(name) : dotted === name) return namespace
  return undefined
}

const namespaced: Rule<Config> = {
  name: 'linux.sysctl only sets what belongs to a namespace of the container',
  spec: 'config-linux.md#sysctl',
  reads: ['linux.sysctl', 'linux.namespaces'],
  check: (config) =>
    eachKey(config.linux.sysctl, (name) => {
      const state = trouble(config, name)
      return state === undefined ? [] : problem(['linux', 'sysctl', name], state)
    }),
}

function trouble(config: Config, name: string): string | undefined {
  const path = sysctlPath(name)
  if (path === undefined) return 'is not the name of a sysctl'
  if (path.join('.') === 'kernel.hostname') return 'is what the field hostname is for'
  const namespace = sysctlNamespace(path)
  if (namespace === undefined) return 'belongs to no namespace and would be set for the host'
  return hasNamespace(config, namespace) ? undefined : `needs a namespace of type "${namespace}"`
}

export const sysctlRules: readonly Rule<Config>[] = [namespaced]

// Which namespaces a container gets, and on which way: born into (cheapest), joined, or unshared after joining. Decided
// once from the config; the steps only follow it.

import type { NamespaceFlag } from '#ffi/calls/namespace.ts'
import type { LinuxNamespace, NamespaceType } from '#src/config/schema/namespaces.ts'

/** The kernel's flag for each namespace of the specification. */
export const NAMESPACE_FLAGS = {
  user: 'NEWUSER',
  mount: 'NEWNS',
  network: 'NEWNET',
  ipc: 'NEWIPC',
  uts: 'NEWUTS',
  cgroup: 'NEWCGROUP',
  pid: 'NEWPID',
} as const satisfies { readonly [type in Exclude<NamespaceType, 'time'>]: NamespaceFlag }

/** The name of each namespace's file in /proc/PID/ns. */
export const NAMESPACE_FILES = {
  user: 'user',
  mount: 'mnt',
  network: 'net',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  pid: 'pid',
  time: 'time',
} as const satisfies { readonly [type in NamespaceType]: string }

/** A namespace that bunc knows how to make. */
export type KnownNamespace = keyof typeof NAMESPACE_FLAGS

/** A namespace that exists already. */
export interface Join {
  readonly type: KnownNamespace
  readonly path: string
}

/** The way into a container's namespaces. */
export interface NamespacePlan {
  /** The task is born into these. */
  readonly born: readonly NamespaceFlag[]
  /** Then it joins these, in this order. */
  readonly joined: readonly Join[]
  /** Then it makes itself a user namespace, to be mapped before it goes on. */
  readonly unsharesUser: boolean
  /** Then it makes these. */
  readonly unshared: readonly NamespaceFlag[]
  /** Then it forks, to be in the pid namespace that it joined or made. */
  readonly forks: boolean
  /** Whether the container has a user namespace of its own making, which needs id mappings. */
  readonly newUser: boolean
  readonly has: (type: NamespaceType) => boolean
  /** Whether the namespace is a new one. */
  readonly makes: (type: NamespaceType) => boolean
}

/**
 * The user namespace first: it gives the right to join what it owns. The mount namespace last: paths mean something else
 * afterwards.
 */
const JOIN_ORDER: readonly KnownNamespace[] = ['user', 'ipc', 'uts', 'network', 'pid', 'cgroup', 'mount']

/** Takes the namespaces of a config, gives the plan. */
export function planNamespaces(namespaces: readonly LinuxNamespace[]): NamespacePlan {
  const paths = new Map<NamespaceType, string>(namespaces.map(({ type, path }) => [type, path]))
  const joined = JOIN_ORDER.flatMap((type) => {
    const path = paths.get(type) ?? ''
    return path === '' ? [] : [{ type, path }]
  })
  const made = JOIN_ORDER.filter((type) => paths.get(type) === '')
  const newUser = made.includes('user')
  // A new user namespace has no right to join the host's others, and one that is joined must own the new ones.
  const bornThere = !(newUser && joined.length > 0) && !joined.some(({ type }) => type === 'user' || type === 'mount')
  // The root of a cgroup namespace is the cgroup of the moment: it is made once the task is in its own.
  const flags = made.filter((type) => type !== 'cgroup').map((type) => NAMESPACE_FLAGS[type])
  const rest = flags.filter((flag) => flag !== 'NEWUSER')
  return {
    born: bornThere ? flags : [],
    joined,
    unsharesUser: !bornThere && newUser,
    unshared: bornThere ? [] : rest,
    forks: joined.some(({ type }) => type === 'pid') || (!bornThere && rest.includes('NEWPID')),
    newUser,
    has: (type) => paths.has(type),
    makes: (type) => paths.get(type) === '',
  }
}

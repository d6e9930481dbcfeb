// Which namespaces a container gets, and on which way: born into (cheapest), joined, or unshared after joining. Decided
// once from the config; the steps only follow it.

import type { BirthFlag, NamespaceFlag } from '#ffi/calls/namespace.ts'
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
  time: 'NEWTIME',
} as const satisfies { readonly [type in NamespaceType]: NamespaceFlag }

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

/** A namespace that exists already. */
export interface Join {
  readonly type: NamespaceType
  readonly path: string
}

/** The way into a container's namespaces. */
export interface NamespacePlan {
  /** The task is born into these. */
  readonly born: readonly BirthFlag[]
  /** Then it joins these, in this order. */
  readonly joined: readonly Join[]
  /** Then, if it is to have one, it makes itself a user namespace, which must be mapped before it goes on. */
  readonly newUser: boolean
  /** Then it makes these. */
  readonly unshared: readonly NamespaceFlag[]
  /** Then it forks, to be in the pid namespace that it joined or made. */
  readonly forks: boolean
  /** Whether the container's namespace is another one than bunc's. */
  readonly has: (type: NamespaceType) => boolean
  /** Whether the namespace is a new one. */
  readonly makes: (type: NamespaceType) => boolean
}

/**
 * The user namespace first: it gives the right to join what it owns. The mount namespace last: paths mean something else
 * afterwards.
 */
const JOIN_ORDER: readonly NamespaceType[] = ['user', 'ipc', 'uts', 'network', 'pid', 'time', 'cgroup', 'mount']

/** Takes the namespaces of a config, gives the plan. */
export function planNamespaces(namespaces: readonly LinuxNamespace[]): NamespacePlan {
  const paths = new Map<NamespaceType, string>(namespaces.map(({ type, path }) => [type, path]))
  const joined = JOIN_ORDER.flatMap((type) => {
    const path = paths.get(type) ?? ''
    return path === '' ? [] : [{ type, path }]
  })
  const made = JOIN_ORDER.filter((type) => paths.get(type) === '')
  const newUser = made.includes('user')
  // The root of a cgroup namespace is the cgroup of the moment: it is made once the task is in its own.
  const later = made.filter((type) => type !== 'cgroup' && type !== 'user')
  const born = later.filter((type) => type !== 'time').filter((type) => canBeBornInto(type, { joined, made }))
  const unshared = later.filter((type) => !born.some((other) => other === type))
  return {
    born: born.map((type) => NAMESPACE_FLAGS[type]),
    joined,
    newUser,
    unshared: unshared.map((type) => NAMESPACE_FLAGS[type]),
    forks: joined.some(({ type }) => type === 'pid') || unshared.includes('pid') || unshared.includes('time'),
    has: (type) => paths.has(type),
    makes: (type) => paths.get(type) === '',
  }
}

/**
 * A task loses the privileges of a new user namespace when it executes the executor, before its ids are mapped: so it
 * makes that one later, and those that the user namespace is to own after it. A time namespace is for children alone, and
 * who is the first of a pid namespace cannot have the sibling that the fork into it takes (CLONE_PARENT).
 */
function canBeBornInto(
  type: NamespaceType,
  { joined, made }: { joined: readonly Join[]; made: readonly NamespaceType[] },
): boolean {
  if (made.includes('user') || joined.some((join) => join.type === 'user' || join.type === 'mount')) return false
  return !(type === 'pid' && made.includes('time'))
}

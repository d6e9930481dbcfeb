// Which namespaces a config lists, and what only makes sense in one of them.

import type { Config } from '../schema/config.ts'
import type { LinuxIDMapping, NamespaceType } from '../schema/namespaces.ts'
import { shown } from '../shown.ts'
import { each, problem, type Rule } from '../rule.ts'
import { isAbsolute } from './text.ts'

/** True where the container gets another namespace of the type than the runtime's, be it new or one to join. */
export function hasNamespace({ linux }: Config, type: NamespaceType): boolean {
  for (const namespace of linux.namespaces) if (namespace.type === type) return true
  return false
}

/** True where the container gets a namespace that does not exist yet. */
export function createsNamespace({ linux }: Config, type: NamespaceType): boolean {
  for (const namespace of linux.namespaces) if (namespace.type === type) return namespace.path === ''
  return false
}

const once: Rule<Config> = {
  name: 'linux.namespaces lists each type once',
  spec: 'config-linux.md#namespaces',
  reads: ['linux.namespaces'],
  check({ linux }) {
    const seen = new Set<NamespaceType>()
    return each(linux.namespaces, ({ type }, index) => {
      if (!seen.has(type)) seen.add(type)
      else return problem(['linux', 'namespaces', index, 'type'], `${shown(type)} is listed twice`)
      return []
    })
  },
}

const paths: Rule<Config> = {
  name: 'linux.namespaces joins by absolute path',
  spec: 'config-linux.md#namespaces',
  reads: ['linux.namespaces'],
  check: ({ linux }) =>
    each(linux.namespaces, ({ path }, index) =>
      path === '' || isAbsolute(path)
        ? []
        : problem(['linux', 'namespaces', index, 'path'], `${shown(path)} is not an absolute path`),
    ),
}

const uts: Rule<Config> = {
  name: 'hostname and domainname have a uts namespace to be set in',
  spec: 'config.md#hostname',
  reads: ['hostname', 'domainname', 'linux.namespaces'],
  check(config) {
    if (hasNamespace(config, 'uts')) return []
    const needsIt = 'needs a uts namespace'
    return [
      ...(config.hostname === '' ? [] : problem(['hostname'], needsIt)),
      ...(config.domainname === '' ? [] : problem(['domainname'], needsIt)),
    ]
  },
}

const MAPPINGS = ['uidMappings', 'gidMappings'] as const

const user: Rule<Config> = {
  name: 'id mappings and a new user namespace come together',
  spec: 'config-linux.md#user-namespace-mappings',
  reads: ['linux.namespaces', 'linux.uidMappings', 'linux.gidMappings'],
  // A path and mappings may stand together: containerd and CRI-O send both, and joining compares them.
  check: (config) =>
    each(MAPPINGS, (field) => {
      const mapped = config.linux[field].length > 0
      if (mapped && !hasNamespace(config, 'user')) return problem(['linux', field], 'needs a user namespace')
      if (!mapped && createsNamespace(config, 'user'))
        return problem(['linux', field], 'is empty for a new user namespace')
      return []
    }),
}

const ranges: Rule<Config> = {
  name: 'id mappings are ranges of ids that do not overlap',
  spec: 'config-linux.md#user-namespace-mappings',
  reads: ['linux.uidMappings', 'linux.gidMappings'],
  check: ({ linux }) => each(MAPPINGS, (field) => mappingProblems(linux[field], ['linux', field])),
}

/** What fits in uid_map since Linux 4.15. */
const MOST_RANGES = 340

/** What user_namespaces(7) refuses: empty ranges, ranges past the last id, and two ranges with an id in common. */
export function mappingProblems(mappings: readonly LinuxIDMapping[], keys: readonly (string | number)[]) {
  if (mappings.length > MOST_RANGES) return problem(keys, `has more than ${MOST_RANGES} entries`)
  return each(mappings, (mapping, index) => {
    const { containerID, hostID, size } = mapping
    if (size === 0) return problem([...keys, index, 'size'], 'is 0')
    // The last id, 4294967295, is (uid_t)-1 and belongs to nobody.
    const past = Math.max(containerID, hostID) + size > 0xffff_ffff
    if (past) return problem([...keys, index, 'size'], `${size} goes past the last id`)
    const other = mappings.findIndex((earlier) => overlap(earlier, mapping))
    return other === index ? [] : problem([...keys, index], `overlaps with entry ${other}`)
  })
}

function overlap(a: LinuxIDMapping, b: LinuxIDMapping): boolean {
  const meets = (side: 'containerID' | 'hostID') => a[side] < b[side] + b.size && b[side] < a[side] + a.size
  return meets('containerID') || meets('hostID')
}

const identity: Rule<Config> = {
  name: 'the ids of process.user are mapped in a new user namespace',
  spec: 'config.md#posix-platform-user',
  reads: ['process.user', 'linux.namespaces', 'linux.uidMappings', 'linux.gidMappings'],
  check(config) {
    const user = config.process?.user
    const { uidMappings, gidMappings } = config.linux
    if (user === undefined || !createsNamespace(config, 'user')) return []
    return [
      ...mapped(user.uid, uidMappings, 'uid'),
      ...mapped(user.gid, gidMappings, 'gid'),
      ...each(user.additionalGids, (gid, index) => mapped(gid, gidMappings, 'additionalGids', index)),
    ]
  },
}

function mapped(id: number, mappings: readonly LinuxIDMapping[], ...keys: readonly (string | number)[]) {
  const found = mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size)
  // Without any mapping the rule above has spoken already.
  if (found || mappings.length === 0) return []
  return problem(['process', 'user', ...keys], `${id} is not mapped in the user namespace`)
}

const time: Rule<Config> = {
  name: 'linux.timeOffsets has a new time namespace',
  spec: 'config-linux.md#offset-for-time-namespace',
  reads: ['linux.timeOffsets', 'linux.namespaces'],
  // The kernel refuses offsets once a process lives in the namespace, so one to join is no good.
  check: (config) =>
    Object.keys(config.linux.timeOffsets).length === 0 || createsNamespace(config, 'time')
      ? []
      : problem(['linux', 'timeOffsets'], 'needs a new time namespace'),
}

const hidden: Rule<Config> = {
  name: 'masked and read-only paths are absolute, in a mount namespace',
  spec: 'config-linux.md#masked-paths',
  reads: ['linux.maskedPaths', 'linux.readonlyPaths', 'linux.namespaces'],
  check: (config) => [...hiding(config, 'maskedPaths'), ...hiding(config, 'readonlyPaths')],
}

function hiding(config: Config, field: 'maskedPaths' | 'readonlyPaths') {
  const paths = config.linux[field]
  if (paths.length > 0 && !hasNamespace(config, 'mount')) return problem(['linux', field], 'needs a mount namespace')
  return each(paths, (path, index) =>
    isAbsolute(path) ? [] : problem(['linux', field, index], `${shown(path)} is not an absolute path`),
  )
}

export const namespaceRules: readonly Rule<Config>[] = [once, paths, uts, user, ranges, identity, time, hidden]

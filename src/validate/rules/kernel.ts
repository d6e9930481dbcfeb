// What a config asks of the kernel, and this kernel does not have: file systems, namespaces, id ranges, parameters.

import { geteuid } from '#ffi/calls/credentials.ts'
import type { Sys } from '#ffi/call.ts'
import type { Rule } from '#src/config/rule.ts'
import { each, eachKey, problem } from '#src/config/rule.ts'
import { createsNamespace } from '#src/config/rules/namespaces.ts'
import type { LinuxIDMapping } from '#src/config/schema/namespaces.ts'
import { shown } from '#src/config/shown.ts'
import { readText } from '#src/files.ts'
import { covers, type IdRange, ownRanges, subordinateRanges } from '#src/namespaces/id-ranges.ts'
import { NAMESPACE_FILES } from '#src/namespaces/plan.ts'
import { sysctlPath } from '#src/namespaces/sysctl.ts'
import { lookAt, textOf, type Look } from '../look.ts'

const namespaces: Rule<Look> = {
  name: 'the kernel has the namespaces',
  spec: 'config-linux.md#namespaces',
  reads: ['linux.namespaces'],
  check: ({ here, config }) =>
    each(config.linux.namespaces, ({ type }, index) => {
      const at = ['linux', 'namespaces', index, 'type']
      if (lookAt(here, `/proc/self/ns/${NAMESPACE_FILES[type]}`) === 'nothing')
        return problem(at, `this kernel has no ${type} namespaces`)
      // Only for those of users and mounts and the like is there such a limit; 0 forbids them.
      const most = textOf(here, `/proc/sys/user/max_${NAMESPACE_FILES[type]}_namespaces`)?.trim()
      return most === '0'
        ? problem(
            at,
            `this host allows no ${type} namespaces: sysctl user.max_${NAMESPACE_FILES[type]}_namespaces is 0`,
          )
        : []
    }),
}

const ids: Rule<Look> = {
  name: 'the mapped ids of the host are ours to map',
  spec: 'config-linux.md#user-namespace-mappings',
  reads: ['linux.namespaces', 'linux.uidMappings', 'linux.gidMappings'],
  check: ({ here, config }) => {
    if (!createsNamespace(config, 'user')) return []
    const { uidMappings, gidMappings } = config.linux
    return [...unmapped(here, 'uid', uidMappings), ...unmapped(here, 'gid', gidMappings)]
  },
}

function unmapped(here: Sys, kind: 'uid' | 'gid', mappings: readonly LinuxIDMapping[]) {
  const own = ownRanges(textOf(here, `/proc/self/${kind}_map`) ?? '')
  const user = here(geteuid())
  const granted = user === 0 ? own : [...subordinateRanges(here, kind, user), { first: user, size: 1 }]
  return each(mappings, ({ hostID, size }, index) => {
    const wanted: IdRange = { first: hostID, size }
    const at = ['linux', `${kind}Mappings`, index, 'hostID']
    const range = size === 1 ? String(hostID) : `${hostID} to ${hostID + size - 1}`
    if (!covers(own, wanted)) return problem(at, `${range}: not all of these ids exist where bunc runs`)
    return covers(granted, wanted) ? [] : problem(at, `${range}: not all of these ids are granted in /etc/sub${kind}`)
  })
}

const sysctl: Rule<Look> = {
  name: 'kernel parameters exist',
  spec: 'config-linux.md#sysctl',
  reads: ['linux.sysctl'],
  // Those of the network appear with interfaces and modules: a new namespace has others than this one.
  check: ({ here, config }) =>
    eachKey(config.linux.sysctl, (name) => {
      const path = sysctlPath(name)
      return path.startsWith('net/') || lookAt(here, `/proc/sys/${path}`) !== 'nothing'
        ? []
        : problem(['linux', 'sysctl', name], 'is not a parameter of this kernel')
    }),
}

export const kernelRules: readonly Rule<Look>[] = [namespaces, ids, sysctl]

/** What is mounted by bunc itself, whatever the kernel lists. */
const OURS = ['', 'none', 'bind', 'cgroup', 'cgroup2']

const filesystems: Rule<Look> = {
  name: 'the kernel lists the types of the mounts',
  spec: 'config.md#mounts',
  reads: ['mounts'],
  check: ({ here, config }) => {
    const known = readText(here, '/proc/filesystems').split(/\s+/)
    return each(config.mounts, ({ type }, index) =>
      OURS.includes(type) || known.includes(type)
        ? []
        : problem(
            ['mounts', index, 'type'],
            `${shown(type)} is not in /proc/filesystems, and works if a module brings it`,
          ),
    )
  },
}

export const kernelWarnings: readonly Rule<Look>[] = [filesystems]

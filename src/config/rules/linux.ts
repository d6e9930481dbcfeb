// The rules of `linux` that no other file here has: devices, cgroup, resctrl, NUMA, personality.

import type { Config } from '../schema/config.ts'
import { shown } from '../shown.ts'
import { each, eachKey, problem, type Rule } from '../rule.ts'
import { hasNamespace } from './namespaces.ts'
import { isAbsolute, isFileName, isNumberList } from './text.ts'

const devices: Rule<Config> = {
  name: 'linux.devices lie at absolute paths',
  spec: 'config-linux.md#devices',
  reads: ['linux.devices'],
  check: ({ linux }) =>
    each(linux.devices, ({ path }, index) =>
      isAbsolute(path) ? [] : problem(['linux', 'devices', index, 'path'], `${shown(path)} is not an absolute path`),
    ),
}

const netDevices: Rule<Config> = {
  name: 'linux.netDevices have names, and a network namespace to be moved to',
  spec: 'config-linux.md#network-devices',
  reads: ['linux.netDevices', 'linux.namespaces'],
  check(config) {
    const { netDevices } = config.linux
    if (Object.keys(netDevices).length > 0 && !hasNamespace(config, 'network'))
      return problem(['linux', 'netDevices'], 'needs a network namespace')
    return eachKey(netDevices, (host, { name }) => [
      ...(isInterface(host) ? [] : problem(['linux', 'netDevices', host], 'is not the name of an interface')),
      ...(name === '' || isInterface(name)
        ? []
        : problem(['linux', 'netDevices', host, 'name'], `${shown(name)} is not the name of an interface`)),
    ])
  },
}

/** What dev_valid_name() of the kernel takes: IFNAMSIZ is 16 with the NUL. */
function isInterface(name: string): boolean {
  return name.length < 16 && isFileName(name) && !/[\s:]/.test(name)
}

const cgroupsPath: Rule<Config> = {
  name: 'linux.cgroupsPath does not climb',
  spec: 'config-linux.md#cgroups-path',
  reads: ['linux.cgroupsPath'],
  // The specification lets a runtime refuse paths; one with ".." would name another cgroup than the one it shows.
  check: ({ linux: { cgroupsPath } }) =>
    cgroupsPath.split('/').includes('..')
      ? problem(['linux', 'cgroupsPath'], `${shown(cgroupsPath)} climbs with ".."`)
      : [],
}

const intelRdt: Rule<Config> = {
  name: 'linux.intelRdt names one directory and writes whole lines',
  spec: 'config-linux.md#intelrdt',
  reads: ['linux.intelRdt'],
  check({ linux: { intelRdt } }) {
    if (intelRdt === undefined) return []
    const { closID, l3CacheSchema, memBwSchema, schemata } = intelRdt
    const at = ['linux', 'intelRdt']
    return [
      ...(closID === '' || closID === '/' || isFileName(closID)
        ? []
        : problem([...at, 'closID'], `${shown(closID)} is not the name of a class of service`)),
      ...oneLine([...at, 'l3CacheSchema'], l3CacheSchema),
      ...(memBwSchema === '' || memBwSchema.startsWith('MB:')
        ? oneLine([...at, 'memBwSchema'], memBwSchema)
        : problem([...at, 'memBwSchema'], `${shown(memBwSchema)} does not start with "MB:"`)),
      ...each(schemata, (line, index) => oneLine([...at, 'schemata', index], line)),
    ]
  },
}

function oneLine(keys: readonly (string | number)[], text: string) {
  return text.includes('\n') ? problem(keys, `${shown(text)} has more than one line`) : []
}

const memoryPolicy: Rule<Config> = {
  name: 'linux.memoryPolicy has the nodes that its mode wants',
  spec: 'config-linux.md#memory-policy',
  reads: ['linux.memoryPolicy'],
  check({ linux: { memoryPolicy } }) {
    if (memoryPolicy === undefined) return []
    const { mode, nodes, flags } = memoryPolicy
    const at = ['linux', 'memoryPolicy']
    if (!isNumberList(nodes)) return problem([...at, 'nodes'], `${shown(nodes)} is not a list of nodes as "0-3,7"`)
    const without = mode === 'MPOL_DEFAULT' || mode === 'MPOL_LOCAL'
    if (without && nodes !== '') return problem([...at, 'nodes'], `${mode} takes no nodes`)
    // MPOL_PREFERRED without nodes is local allocation, set_mempolicy(2).
    if (!without && mode !== 'MPOL_PREFERRED' && nodes === '') return problem([...at, 'nodes'], `${mode} needs nodes`)
    const both = flags.includes('MPOL_F_STATIC_NODES') && flags.includes('MPOL_F_RELATIVE_NODES')
    return both ? problem([...at, 'flags'], 'nodes cannot be both static and relative') : []
  },
}

const personality: Rule<Config> = {
  name: 'linux.personality has no flags',
  spec: 'config-linux.md#personality',
  reads: ['linux.personality'],
  check: ({ linux: { personality } }) =>
    each(personality?.flags ?? [], (flag, index) =>
      problem(['linux', 'personality', 'flags', index], `${shown(flag)} is not a personality flag`),
    ),
}

export const linuxRules: readonly Rule<Config>[] = [
  devices,
  netDevices,
  cgroupsPath,
  intelRdt,
  memoryPolicy,
  personality,
]

// The rules of `root` and `mounts`. Which options exist, and which go together, is known to who mounts.

import type { Config } from '../schema/config.ts'
import { shown } from '../shown.ts'
import { each, problem, type Rule } from '../rule.ts'
import { hasNamespace, mappingProblems } from './namespaces.ts'
import { isRoot } from './text.ts'

const root: Rule<Config> = {
  name: 'root.path names a directory',
  spec: 'config.md#root',
  reads: ['root.path'],
  check: ({ root: { path } }) => (path === '' ? problem(['root', 'path'], 'is empty') : []),
}

export const destination: Rule<Pick<Config, 'mounts'>> = {
  name: 'mounts lie below the root of the container',
  spec: 'config.md#mounts',
  reads: ['mounts'],
  // A mount on "/" would hide the root filesystem and all that was mounted on it. A relative destination is only
  // deprecated: it is taken from "/".
  check: ({ mounts }) =>
    each(mounts, ({ destination }, index) => {
      if (destination === '') return problem(['mounts', index, 'destination'], 'is empty')
      if (!isRoot(destination)) return []
      return problem(['mounts', index, 'destination'], `${shown(destination)} is the root of the container`)
    }),
}

const idmap: Rule<Config> = {
  name: 'id-mapped mounts have both mappings, or a user namespace to take them from',
  spec: 'config.md#posix-platform-mounts',
  reads: ['mounts', 'linux.namespaces'],
  check: (config) =>
    each(config.mounts, ({ options, uidMappings, gidMappings }, index) => {
      const at = ['mounts', index]
      if (uidMappings.length === 0 && gidMappings.length > 0) return problem([...at, 'uidMappings'], 'is missing')
      if (gidMappings.length === 0 && uidMappings.length > 0) return problem([...at, 'gidMappings'], 'is missing')
      const asked = options.includes('idmap') || options.includes('ridmap')
      if (asked && uidMappings.length === 0 && !hasNamespace(config, 'user'))
        return problem([...at, 'options'], 'id mapping needs mappings or a user namespace')
      return [
        ...mappingProblems(uidMappings, [...at, 'uidMappings']),
        ...mappingProblems(gidMappings, [...at, 'gidMappings']),
      ]
    }),
}

export const mountRules: readonly Rule<Config>[] = [root, destination, idmap]

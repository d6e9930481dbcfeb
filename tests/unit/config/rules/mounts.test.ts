/** The rules of `root` and `mounts`. */

import { mountRules } from '#src/config/rules/mounts.ts'
import { testRules } from './tables.ts'

const MAP = [{ containerID: 0, hostID: 1000, size: 1 }]
const at = (destination: string) => ({ 'mounts[0].destination': destination })

testRules(
  mountRules,
  [
    [{ 'root.path': '' }, 'root.path: is empty'],
    [at(''), 'mounts[0].destination: is empty'],
    [at('/'), 'mounts[0].destination: "/" is the root of the container'],
    [at('//./'), 'mounts[0].destination: "//./" is the root of the container'],
    [at('/a/../..'), 'mounts[0].destination: "/a/../.." is the root of the container'],
    [at('.'), 'mounts[0].destination: "." is the root of the container'],
    [{ ...at('/a'), 'mounts[0].uidMappings': MAP }, 'mounts[0].gidMappings: is missing'],
    [{ ...at('/a'), 'mounts[0].gidMappings': MAP }, 'mounts[0].uidMappings: is missing'],
    [
      { ...at('/a'), 'mounts[0].options': ['bind', 'ridmap'] },
      'mounts[0].options: id mapping needs mappings or a user namespace',
    ],
    [
      { ...at('/a'), 'mounts[0].uidMappings': MAP, 'mounts[0].gidMappings': [{ containerID: 0, hostID: 0, size: 0 }] },
      'mounts[0].gidMappings[0].size: is 0',
    ],
  ],
  [
    at('/a'),
    at('relative'),
    at('/...'),
    at('/a/..b'),
    at('/a/../b'),
    { ...at('/a'), 'mounts[0].uidMappings': MAP, 'mounts[0].gidMappings': MAP },
    { ...at('/a'), 'mounts[0].options': ['idmap'], 'linux.namespaces[0].type': 'user' },
  ],
)

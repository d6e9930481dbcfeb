/** The rules of devices, the cgroup's path, resctrl, NUMA and personality. */

import { linuxRules } from '#src/config/rules/linux.ts'
import { testRules } from './tables.ts'

const network = { 'linux.namespaces[0].type': 'network' }
const policy = (mode: string, nodes = '', ...flags: string[]) => ({ 'linux.memoryPolicy': { mode, nodes, flags } })

testRules(
  linuxRules,
  [
    [{ 'linux.devices[0]': { type: 'p', path: 'dev/f' } }, 'linux.devices[0].path: "dev/f" is not an absolute path'],
    [{ 'linux.netDevices.eth0': {} }, 'linux.netDevices: needs a network namespace'],
    [{ ...network, 'linux.netDevices["a b"]': {} }, 'linux.netDevices["a b"]: is not the name of an interface'],
    [
      { ...network, 'linux.netDevices.eth0.name': 'a123456789012345' },
      'linux.netDevices.eth0.name: "a123456789012345" is not the name of an interface',
    ],
    [
      { ...network, 'linux.netDevices.eth0.name': '..' },
      'linux.netDevices.eth0.name: ".." is not the name of an interface',
    ],
    [{ 'linux.cgroupsPath': '/a/../b' }, 'linux.cgroupsPath: "/a/../b" climbs with ".."'],
    [{ 'linux.intelRdt.closID': 'a/b' }, 'linux.intelRdt.closID: "a/b" is not the name of a class of service'],
    [{ 'linux.intelRdt.closID': '..' }, 'linux.intelRdt.closID: ".." is not the name of a class of service'],
    [{ 'linux.intelRdt.memBwSchema': 'L3:0=f' }, 'linux.intelRdt.memBwSchema: "L3:0=f" does not start with "MB:"'],
    [
      { 'linux.intelRdt.memBwSchema': 'MB:0=1\nL3:0=f' },
      'linux.intelRdt.memBwSchema: "MB:0=1\\nL3:0=f" has more than one line',
    ],
    [
      { 'linux.intelRdt.l3CacheSchema': 'L3:0=f\n' },
      'linux.intelRdt.l3CacheSchema: "L3:0=f\\n" has more than one line',
    ],
    [{ 'linux.intelRdt.schemata': ['L3:0=f', 'a\nb'] }, 'linux.intelRdt.schemata[1]: "a\\nb" has more than one line'],
    [policy('MPOL_BIND', '1-'), 'linux.memoryPolicy.nodes: "1-" is not a list of nodes as "0-3,7"'],
    [policy('MPOL_BIND'), 'linux.memoryPolicy.nodes: MPOL_BIND needs nodes'],
    [policy('MPOL_LOCAL', '0'), 'linux.memoryPolicy.nodes: MPOL_LOCAL takes no nodes'],
    [
      policy('MPOL_INTERLEAVE', '0-1', 'MPOL_F_STATIC_NODES', 'MPOL_F_RELATIVE_NODES'),
      'linux.memoryPolicy.flags: nodes cannot be both static and relative',
    ],
    [
      { 'linux.personality': { domain: 'LINUX', flags: ['ADDR_NO_RANDOMIZE'] } },
      'linux.personality.flags[0]: "ADDR_NO_RANDOMIZE" is not a personality flag',
    ],
  ],
  [
    { 'linux.devices[0]': { type: 'c', path: '/dev/a', major: 1, minor: 1 } },
    { ...network, 'linux.netDevices.eth0.name': 'eth%d' },
    { 'linux.cgroupsPath': 'system.slice:docker:abc' },
    { 'linux.cgroupsPath': '/a..b/c' },
    { 'linux.intelRdt': { closID: '/', l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=1', schemata: ['L2:0=f'] } },
    policy('MPOL_DEFAULT'),
    policy('MPOL_PREFERRED'),
    policy('MPOL_BIND', '0-3,7', 'MPOL_F_STATIC_NODES'),
    { 'linux.personality': { domain: 'LINUX32' } },
  ],
)

/** The rules of namespaces and of what needs one. */

import { namespaceRules } from '#src/config/rules/namespaces.ts'
import { testRules } from './tables.ts'

const MAP = [{ containerID: 0, hostID: 1000, size: 10 }]
const spaces = (...types: string[]) => ({ 'linux.namespaces': types.map((type) => ({ type })) })
const mapped = { ...spaces('user'), 'linux.uidMappings': MAP, 'linux.gidMappings': MAP }
const maps = (...uidMappings: object[]) => ({ ...mapped, 'linux.uidMappings': uidMappings })
const map = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size })

testRules(
  namespaceRules,
  [
    [spaces('pid', 'ipc', 'pid'), 'linux.namespaces[2].type: "pid" is listed twice'],
    [
      { 'linux.namespaces[0]': { type: 'network', path: 'ns/net' } },
      'linux.namespaces[0].path: "ns/net" is not an absolute path',
    ],
    [{ hostname: 'a' }, 'hostname: needs a uts namespace'],
    [
      { hostname: 'a', domainname: 'b', ...spaces('pid') },
      'hostname: needs a uts namespace',
      'domainname: needs a uts namespace',
    ],
    [
      { ...mapped, ...spaces() },
      'linux.uidMappings: needs a user namespace',
      'linux.gidMappings: needs a user namespace',
    ],
    [
      spaces('user'),
      'linux.uidMappings: is empty for a new user namespace',
      'linux.gidMappings: is empty for a new user namespace',
    ],
    [maps(...Array.from({ length: 341 }, (_, id) => map(id, id, 1))), 'linux.uidMappings: has more than 340 entries'],
    [maps(map(0, 1000, 0), map(0, 0, 1)), 'linux.uidMappings[0].size: is 0'],
    [maps(map(0, 4294967000, 500)), 'linux.uidMappings[0].size: 500 goes past the last id'],
    [maps(map(0, 0, 4294967295), map(7, 7, 1)), 'linux.uidMappings[1]: overlaps with entry 0'],
    [maps(map(0, 1000, 10), map(10, 1009, 5)), 'linux.uidMappings[1]: overlaps with entry 0'],
    [maps(map(0, 1000, 10), map(9, 5000, 5)), 'linux.uidMappings[1]: overlaps with entry 0'],
    [{ ...mapped, 'process.user.uid': 10 }, 'process.user.uid: 10 is not mapped in the user namespace'],
    [{ ...mapped, 'process.user.gid': 11 }, 'process.user.gid: 11 is not mapped in the user namespace'],
    [
      { ...mapped, 'process.user.additionalGids': [9, 4294967295] },
      'process.user.additionalGids[1]: 4294967295 is not mapped in the user namespace',
    ],
    [{ 'linux.timeOffsets.boottime.secs': 1 }, 'linux.timeOffsets: needs a new time namespace'],
    [
      { 'linux.timeOffsets.boottime.secs': 1, 'linux.namespaces[0]': { type: 'time', path: '/proc/1/ns/time' } },
      'linux.timeOffsets: needs a new time namespace',
    ],
    [{ 'linux.maskedPaths': ['/proc/kcore'] }, 'linux.maskedPaths: needs a mount namespace'],
    [{ 'linux.readonlyPaths': ['/proc/sys'] }, 'linux.readonlyPaths: needs a mount namespace'],
    [{ ...spaces('mount'), 'linux.readonlyPaths': ['/a', 'b'] }, 'linux.readonlyPaths[1]: "b" is not an absolute path'],
  ],
  [
    spaces('pid', 'network', 'mount', 'ipc', 'uts', 'cgroup', 'time'),
    { ...spaces('uts'), hostname: 'a', domainname: 'b' },
    { 'linux.namespaces[0]': { type: 'uts', path: '/proc/1/ns/uts' }, hostname: 'a' },
    mapped,
    { ...mapped, 'linux.namespaces[0].path': '/proc/1/ns/user' },
    { ...spaces(), 'linux.namespaces[0]': { type: 'user', path: '/proc/1/ns/user' }, 'process.user.uid': 77 },
    maps(map(0, 1000, 1), map(1, 1001, 1), map(2, 0, 1000)),
    maps(map(0, 0, 4294967295)),
    maps(...Array.from({ length: 340 }, (_, id) => map(id, id, 1))),
    { ...spaces('time'), 'linux.timeOffsets.boottime.secs': -1 },
    { ...spaces('mount'), 'linux.maskedPaths': ['/a'], 'linux.readonlyPaths': ['/b'] },
    { ...mapped, process: undefined },
  ],
)

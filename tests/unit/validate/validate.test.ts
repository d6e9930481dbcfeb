// `validate`: everything that is wrong with a config at once, the host included, and nothing about one that is sound.

import { describe, expect, test } from 'bun:test'

import { defaultSpec } from '#src/config/default-spec.ts'
import { validate } from '#src/validate/validate.ts'
import { changed, type Change } from '#tests/support/config-text.ts'
import { host } from './host.ts'

const NAMESPACES = ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type }))
const START = { ociVersion: '1.3.0', root: { path: 'rootfs' }, process: { args: ['true'], cwd: '/' } }

const textOf = (change: Change) => JSON.stringify(changed({ ...START, linux: { namespaces: NAMESPACES } }, change))

/** `severity: path: message` of all that is found, with a bundle at /srv/web. */
function found(change: Change, here = host()): string[] {
  const findings = validate(here, { text: textOf(change), file: 'config.json', bundle: '/srv/web' })
  return findings.map(({ severity, path, message }) => `${severity}: ${path}: ${message}`)
}

test('a sound config has no findings', () => {
  expect(found({})).toEqual([])
})

test('what "bunc spec" writes has none but for what is not on the host', () => {
  const text = JSON.stringify(defaultSpec())
  const findings = validate(host(), { text, file: 'config.json', bundle: '/srv/web' })
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
})

test('text that is no JSON is one error with its place', () => {
  const findings = validate(host(), { text: '{ "a": }', file: 'config.json', bundle: undefined })
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({ severity: 'error', path: '', spec: 'config.md' })
})

test('malformed fields, broken rules, unknown fields and what the host lacks are told together', () => {
  expect(
    found({
      'process.cwd': 7,
      'process.oomScoreAdj': 5000,
      hostnam: 'x',
      'root.path': '/nowhere',
      'linux.namespaces': [...NAMESPACES, { type: 'pid' }],
    }),
  ).toEqual([
    'error: process.cwd: 7 is not a string',
    'error: process.oomScoreAdj: 5000 is not an integer from -1000 to 1000',
    'error: linux.namespaces[5].type: "pid" is listed twice',
    'error: root.path: "/nowhere" does not exist',
    'warning: hostnam: is not a field of the specification (did you mean "hostname"?)',
  ])
})

test('each finding has the section of the specification that describes the field', () => {
  const text = textOf({ 'process.rlimits': 7, 'linux.resources.memory.limit': 'x', 'mounts[0]': { destination: '/' } })
  const sections = validate(host(), { text, file: 'config.json', bundle: '/srv/web' }).map(({ spec }) => spec)
  expect(sections).toEqual(['config.md#posix-process', 'config-linux.md#memory', 'config.md#mounts'])
})

test('relative paths of a config without a bundle are not judged', () => {
  const text = textOf({ 'root.path': 'nowhere', 'mounts[0]': { destination: '/a', type: 'bind', source: 'nowhere' } })
  expect(validate(host(), { text, file: 'standard input', bundle: undefined })).toEqual([])
})

test('a malformed field hides what would follow from its default', () => {
  expect(found({ 'root.path': 7 }, host({ '/srv/web/rootfs': undefined }))).toEqual([
    'error: root.path: 7 is not a string',
  ])
})

/** One thing that the host or the config has wrong, and the one finding. */
const CASES: readonly (readonly [title: string, change: Change, finding: string, here?: ReturnType<typeof host>])[] = [
  ['no process', { process: undefined }, 'error: process: is missing'],
  [
    'no mount namespace',
    { 'linux.namespaces': [{ type: 'pid' }] },
    'error: linux.namespaces: has no mount namespace, without which nothing is contained',
  ],
  ['a root that is not there', { 'root.path': 'r' }, 'error: root.path: "/srv/web/r" does not exist'],
  ['a root that is a file', { 'root.path': '/etc/motd' }, 'error: root.path: "/etc/motd" is not a directory'],
  [
    'a missing source of a bind mount',
    { 'mounts[0]': { destination: '/a', source: '/nope', options: ['rbind'] } },
    'error: mounts[0].source: "/nope" does not exist',
  ],
  [
    'a misspelt option of a bind mount',
    { 'mounts[0]': { destination: '/a', type: 'bind', source: '/etc/motd', options: ['rbnd'] } },
    'error: mounts[0].options[0]: "rbnd" is not a mount option (did you mean "rbind"?)',
  ],
  [
    'an option that looks like a slip',
    { 'mounts[0]': { destination: '/a', type: 'tmpfs', options: ['nosiud'] } },
    'warning: mounts[0].options[0]: "nosiud" is left to the file system (did you mean "nosuid"?)',
  ],
  [
    'a file system that is not listed',
    { 'mounts[0]': { destination: '/a', type: 'zfs' } },
    'warning: mounts[0].type: "zfs" is not in /proc/filesystems, and works if a module brings it',
  ],
  [
    'a namespace to join that is not there',
    { 'linux.namespaces[1].path': '/run/netns/x' },
    'error: linux.namespaces[1].path: "/run/netns/x" does not exist',
  ],
  [
    'a hook that is not there',
    { 'hooks.poststop[0].path': '/nope' },
    'error: hooks.poststop[0].path: "/nope" does not exist',
  ],
  [
    'a hook that is not a program',
    { 'hooks.prestart[0].path': '/etc/motd' },
    'error: hooks.prestart[0].path: "/etc/motd" is not an executable file',
  ],
  [
    'a namespace that the kernel lacks',
    { 'linux.namespaces[5].type': 'time' },
    'error: linux.namespaces[5].type: this kernel has no time namespaces',
    host({ '/proc/self/ns/time': undefined }),
  ],
  [
    'ids that do not exist here',
    {
      'linux.namespaces[5].type': 'user',
      'linux.uidMappings[0]': { containerID: 0, hostID: 100000, size: 10 },
      'linux.gidMappings[0]': { containerID: 0, hostID: 0, size: 10 },
    },
    'error: linux.uidMappings[0].hostID: 100000 to 100009: not all of these ids exist where bunc runs',
    host({ '/proc/self/uid_map': '0 5000 65536\n' }),
  ],
  [
    'a parameter that the kernel lacks',
    {
      'linux.namespaces[5].type': 'ipc',
      'linux.namespaces[2].type': 'cgroup',
      'linux.sysctl': { 'kernel.msgmax': '1' },
    },
    'error: linux.sysctl["kernel.msgmax"]: is not a parameter of this kernel',
  ],
  [
    'a controller that the host lacks',
    { 'linux.resources.cpu.cpus': '0' },
    'error: linux.resources.cpu.cpus: needs the cgroup controller "cpuset", which is not below "/sys/fs/cgroup" of this host',
  ],
  [
    'a limit that version 2 has no file for',
    { 'linux.resources.memory.swappiness': 10 },
    'warning: linux.resources.memory.swappiness: is ignored: cgroup v2 has one swappiness for the whole host (vm.swappiness)',
  ],
  [
    'AppArmor where it is off',
    { 'process.apparmorProfile': 'docker-default' },
    'error: process.apparmorProfile: "docker-default" cannot be set: AppArmor is not enabled on this host',
  ],
  [
    'a profile of AppArmor that is not loaded',
    { 'process.apparmorProfile': 'web' },
    'error: process.apparmorProfile: "web" is not among the profiles of "/sys/kernel/security/apparmor/profiles"',
    host({
      '/sys/module/apparmor/parameters/enabled': 'Y\n',
      '/sys/kernel/security/apparmor/profiles': 'docker-default (enforce)\n',
    }),
  ],
  [
    'a seccomp action that the kernel lacks',
    { 'linux.seccomp': { defaultAction: 'SCMP_ACT_KILL_PROCESS' } },
    'error: linux.seccomp.defaultAction: this kernel does not know SCMP_ACT_KILL_PROCESS',
    host({ '/proc/sys/kernel/seccomp/actions_avail': 'kill_thread allow\n' }),
  ],
  [
    'a capability that there is not',
    { 'process.capabilities.bounding': ['CAP_SYS_ADMN'] },
    'warning: process.capabilities.bounding[0]: "CAP_SYS_ADMN" is not a capability, and is ignored (did you mean "CAP_SYS_ADMIN"?)',
  ],
  [
    'a capability that the kernel does not have yet',
    { 'process.capabilities.bounding': ['CAP_CHECKPOINT_RESTORE'] },
    'warning: process.capabilities.bounding[0]: "CAP_CHECKPOINT_RESTORE" is newer than this kernel, and is ignored',
    host({ '/proc/sys/kernel/cap_last_cap': '39\n' }),
  ],
]

describe('finds', () => {
  for (const [title, change, finding, here] of CASES)
    test(title, () => {
      expect(found(change, here ?? host())).toEqual([finding])
    })
})

test('a system call that does not exist is a warning with the one that was meant', () => {
  const syscalls = [{ names: ['raed', 'write'], action: 'SCMP_ACT_ALLOW' }]
  const [only, ...others] = found({ 'linux.seccomp': { defaultAction: 'SCMP_ACT_ERRNO', syscalls } })
  expect(only).toMatch(/^warning: linux\.seccomp\.syscalls\[0\]\.names\[0\]: "raed" .*\(did you mean "read"\?\)$/)
  expect(others).toEqual([])
})

test('a user without root maps what /etc/subuid grants by name, and himself', () => {
  const files = {
    '/etc/passwd': 'root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n',
    '/etc/subuid': 'ann:100000:65536\n',
    '/etc/subgid': '1000:200000:10\n',
  }
  const change = {
    'linux.namespaces[5].type': 'user',
    'linux.uidMappings': [
      { containerID: 0, hostID: 1000, size: 1 },
      { containerID: 1, hostID: 100000, size: 65536 },
    ],
    'linux.gidMappings': [{ containerID: 0, hostID: 200000, size: 11 }],
  }
  expect(found(change, host(files, 1000))).toEqual([
    'error: linux.gidMappings[0].hostID: 200000 to 200010: not all of these ids are granted in /etc/subgid',
  ])
})

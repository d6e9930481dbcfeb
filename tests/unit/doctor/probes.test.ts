// The probes of `doctor`: what each says of a host that lacks something, and of one that lacks nothing.

import { describe, expect, test } from 'bun:test'

import { runnable } from '#src/doctor/doctor.ts'
import { cgroupsProbe } from '#src/doctor/probes/cgroups.ts'
import { filesystemsProbe } from '#src/doctor/probes/filesystems.ts'
import { kernelProbe } from '#src/doctor/probes/kernel.ts'
import { namespacesProbe } from '#src/doctor/probes/namespaces.ts'
import { securityProbe } from '#src/doctor/probes/security.ts'
import { enginesProbe, toolsProbe } from '#src/doctor/probes/tools.ts'
import { usersProbe } from '#src/doctor/probes/users.ts'
import type { Verdict } from '#src/doctor/verdict.ts'
import { look } from './host.ts'

const refused = (refused: string) => ({ refused })

describe('the kernel', () => {
  test('of a sound host has everything', () => {
    const verdicts = [...look(kernelProbe).values()]
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['works', 'works', 'works', 'works', 'works'])
    expect(verdicts[0]?.why).toBe('Linux 6.1.0-test')
  })

  test('that is too old for a call cannot run containers', () => {
    const verdict = look(kernelProbe, { calls: { openat2: refused('ENOSYS') } }).get('openat2')
    expect(verdict).toMatchObject({ verdict: 'missing', needed: true, mend: expect.stringContaining('Linux 5.10') })
    expect(verdict?.why).toContain('openat2(')
    expect(verdict?.why).toContain('ENOSYS')
  })

  test('that lacks mount_setattr can do less', () => {
    const verdict = look(kernelProbe, { calls: { mount_setattr: refused('ENOSYS') } }).get('mount_setattr')
    expect(verdict).toMatchObject({ verdict: 'limited', needed: false, mend: expect.stringContaining('Linux 5.12') })
  })

  test('runs for who is not root what has a user namespace, or nothing', () => {
    const verdict = look(kernelProbe, { calls: { geteuid: 1000 } }).get('privilege')
    expect(verdict).toMatchObject({ verdict: 'limited', ownUsers: true, mend: 'sudo' })
    const refusing = look(kernelProbe, { calls: { geteuid: 1000, unshare: refused('EPERM') } }).get('privilege')
    expect(refusing).toMatchObject({ verdict: 'missing', needed: true, mend: 'sudo' })
  })

  test('names the capabilities that root lacks, and tells those that all need from the others', () => {
    const status = (set: string) => ({ files: { '/proc/self/status': `CapEff:\t${set}\n` } })
    // Without CAP_SYS_RESOURCE (24), and without CAP_SYS_ADMIN (21).
    expect(look(kernelProbe, status('000001fffeffffff')).get('privilege')).toMatchObject({
      verdict: 'limited',
      why: 'root without CAP_SYS_RESOURCE',
      needed: false,
    })
    expect(look(kernelProbe, status('000001ffffdfffff')).get('privilege')).toMatchObject({
      verdict: 'missing',
      why: 'root without CAP_SYS_ADMIN',
      needed: true,
    })
  })
})

describe('namespaces', () => {
  test('are eight, and all are tried', () => {
    const verdicts = look(namespacesProbe)
    expect(verdicts.size).toBe(8)
    expect([...verdicts.values()].every(({ verdict }) => verdict === 'works')).toBe(true)
  })

  test('that the kernel was built without are mended by another kernel', () => {
    expect(look(namespacesProbe, { calls: { unshare: refused('EINVAL') } }).get('time namespace')).toMatchObject({
      verdict: 'missing',
      mend: 'a kernel with CONFIG_TIME_NS (Linux 5.6)',
      needed: false,
    })
  })

  test('whose number is used up are mended by a sysctl', () => {
    const mend = look(namespacesProbe, { calls: { unshare: refused('ENOSPC') } }).get('user namespace')?.mend
    expect(mend).toBe('sysctl -w user.max_user_namespaces=31231')
  })
})

describe('cgroups', () => {
  test('that are not mounted are the end of it', () => {
    const verdicts = look(cgroupsProbe, { files: { '/proc/self/mountinfo': '' } })
    expect([...verdicts.keys()]).toEqual(['cgroups'])
    expect(verdicts.get('cgroups')).toMatchObject({ verdict: 'missing', needed: true })
    expect(verdicts.get('cgroups')?.mend).toBe('mount -t cgroup2 none /sys/fs/cgroup')
  })

  test('that are read-only are told with what makes them writable', () => {
    const mount = '30 20 0:30 / /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n'
    const verdict = look(cgroupsProbe, {
      files: { '/proc/self/mountinfo': mount, '/proc/self/cgroup': '1:memory:/\n' },
      calls: { mkdirat: refused('EROFS') },
    }).get('cgroups')
    expect(verdict).toMatchObject({ verdict: 'missing', mend: expect.stringContaining('remount,rw /sys/fs/cgroup') })
  })
})

test('a file system that the kernel lacks is missing, whether all need it or not', () => {
  const verdicts = look(filesystemsProbe, { calls: { fsopen: refused('ENODEV') } })
  expect(verdicts.get('proc')).toMatchObject({ verdict: 'missing', needed: true })
  const mend = expect.stringContaining('(modprobe)')
  expect(verdicts.get('overlay')).toMatchObject({ verdict: 'missing', mend, needed: false })
})

describe('seccomp', () => {
  test('works where a filter bites', () => {
    expect(look(securityProbe).get('seccomp')).toMatchObject({
      verdict: 'works',
      why: 'filters bite; actions: kill_process errno allow',
    })
  })

  test('is missing where a filter is taken and a forbidden call made', () => {
    expect(look(securityProbe, { calls: { getcwd: '/' } }).get('seccomp')).toMatchObject({ verdict: 'missing' })
  })

  test('is missing where no filter is taken', () => {
    expect(look(securityProbe, { calls: { seccomp: refused('EINVAL') } }).get('seccomp')).toMatchObject({
      verdict: 'missing',
      mend: 'a kernel with CONFIG_SECCOMP_FILTER',
    })
  })
})

test('AppArmor and SELinux are told as the kernel has them', () => {
  const files = { '/sys/module/apparmor/parameters/enabled': 'Y\n', '/sys/fs/selinux/enforce': '1' }
  const verdicts = look(securityProbe, { files })
  expect(verdicts.get('AppArmor')).toMatchObject({ verdict: 'works' })
  expect(verdicts.get('SELinux')).toMatchObject({ verdict: 'limited', why: expect.stringMatching(/^enforcing/) })
  expect(look(securityProbe).get('AppArmor')).toMatchObject({ verdict: 'missing' })
  expect(look(securityProbe).has('SELinux')).toBe(false)
})

test('ranges of ids are those of the caller', () => {
  const files = { '/etc/passwd': 'ann:x:1000:\n', '/etc/subuid': 'ann:100000:65536\n', '/etc/subgid': 'ann:1:2\n' }
  const verdicts = look(usersProbe, { files, calls: { geteuid: 1000 } })
  expect(verdicts.get('subuid ranges')).toMatchObject({ verdict: 'works', why: '65536 ids for "ann"' })
  expect(verdicts.get('subgid ranges')).toMatchObject({
    verdict: 'missing',
    mend: 'usermod --add-subgids 100000-165535 ann',
  })
})

test('systemd that does not run is missing', () => {
  expect(look(toolsProbe).get('systemd')).toMatchObject({ verdict: 'missing' })
})

test('where it cannot be seen whether bunc has a snapshot, nothing is said of it', () => {
  expect(look(toolsProbe).has('snapshot')).toBe(false)
})

describe('an engine', () => {
  const daemonJson = '{ "runtimes": { "fast": { "path": "/usr/local/bin/bunc" } } }'
  const installed = { '/usr/bin/dockerd': 'file', '/usr/local/bin/bunc': 'file' }

  test('that is not there is missing', () => {
    expect(look(enginesProbe).get('docker')).toMatchObject({ verdict: 'missing', why: '"dockerd" is not found' })
  })

  test('that does not know bunc is told how it would', () => {
    expect(look(enginesProbe, { files: installed }).get('docker')).toMatchObject({
      verdict: 'limited',
      mend: 'bunc install docker',
    })
  })

  test('that knows bunc is told by which name', () => {
    const files = { ...installed, '/etc/docker/daemon.json': daemonJson }
    expect(look(enginesProbe, { files }).get('docker')).toMatchObject({
      verdict: 'works',
      why: '/usr/bin/dockerd knows bunc as "fast": /usr/local/bin/bunc',
    })
  })

  test('that knows a bunc which is gone is told so', () => {
    const files = { ...installed, '/etc/docker/daemon.json': daemonJson, '/usr/local/bin/bunc': undefined }
    expect(look(enginesProbe, { files }).get('docker')).toMatchObject({
      verdict: 'limited',
      why: expect.stringContaining('not there'),
    })
  })

  test('whose settings cannot be read is told why', () => {
    const files = { ...installed, '/etc/docker/daemon.json': '{ "runtimes": ' }
    expect(look(enginesProbe, { files }).get('docker')).toMatchObject({
      verdict: 'limited',
      why: expect.stringContaining('Cannot read "/etc/docker/daemon.json": it is not JSON'),
    })
  })
})

describe('containers', () => {
  const which = (...verdicts: readonly Partial<Verdict>[]) =>
    runnable([{ part: 'x', verdicts: verdicts.map((one) => ({ subject: 'a', verdict: 'missing', ...one })) }])

  test('can run where nothing is missing that all need', () => {
    expect(which({ needed: false }, { verdict: 'works' })).toBe('all')
    expect(which({ needed: true }, { verdict: 'works' })).toBe('none')
    expect(which({ needed: true, barred: true })).toBe('none')
  })

  test('with a user namespace can run where privilege is all that lacks', () => {
    const user = { verdict: 'limited', ownUsers: true } as const
    expect(which(user, { needed: true, barred: true })).toBe('own users')
    expect(which(user, { needed: true, barred: false })).toBe('none')
  })
})

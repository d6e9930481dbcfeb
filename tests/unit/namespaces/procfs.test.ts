// The procfs for our own use, as calls.

import { expect, test } from 'bun:test'

import { planNamespaces } from '#src/namespaces/plan.ts'
import { privateProcfs } from '#src/namespaces/procfs.ts'
import { recording } from '../recording.ts'

test('is a detached one, of the task’s own pid namespace', () => {
  const { sys, calls } = recording()
  privateProcfs(sys, planNamespaces([{ type: 'pid', path: '' }]))
  expect(calls()).toEqual([
    'fsopen("proc", CLOEXEC)',
    'fsconfig(<proc>, CMD_CREATE)',
    'fsmount(<proc>, CLOEXEC, NOSUID|NODEV|NOEXEC)',
    'close(<proc>)',
  ])
})

test('is the host’s in a user namespace, new or joined, which may be refused another one', () => {
  for (const path of ['', '/proc/1/ns/user']) {
    const { sys, calls } = recording()
    privateProcfs(sys, planNamespaces([{ type: 'user', path }]))
    expect(calls()).toEqual(['openat(AT_FDCWD, "/proc", PATH|DIRECTORY)'])
  }
})

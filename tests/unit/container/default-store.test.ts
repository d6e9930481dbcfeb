// Where containers are kept, for whom.

import { expect, test } from 'bun:test'

import { defaultStore } from '#src/container/default-store.ts'
import { recording } from '../recording.ts'

const HOST = 'user:[4026531837]'
const OTHER = 'user:[4026532199]'

/** Takes the caller's id, its user namespace and that of process 1. */
function store(user: number, own: string, inits: string, runtime: string | undefined) {
  const readlinkat = (call: { show(): string }) => (call.show().includes('/proc/1/') ? inits : own)
  return defaultStore(recording({ geteuid: user, readlinkat }).kernel.here, runtime)
}

test.each([
  ['root', [0, HOST, HOST, undefined], '/run/bunc'],
  ['root with a session', [0, HOST, HOST, '/run/user/0'], '/run/bunc'],
  ['root of a container that systemd runs', [0, OTHER, OTHER, '/run/user/0'], '/run/bunc'],
  ['root of rootless Podman', [0, OTHER, HOST, '/run/user/7'], '/run/user/7/bunc'],
  ['root of a user namespace without a session', [0, OTHER, HOST, undefined], '/run/bunc'],
  ['a user with a session', [7, HOST, HOST, '/run/user/7'], '/run/user/7/bunc'],
  ['a user without', [7, HOST, HOST, undefined], '/tmp/bunc-7'],
] as const)('%s', (_, [user, own, inits, runtime], directory) => {
  expect(store(user, own, inits, runtime)).toBe(directory)
})

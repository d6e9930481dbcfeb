// Sources of id-mapped mounts, as calls: whose mapping they get, and that bunc makes them and not the task.

import { expect, test } from 'bun:test'

import { readConfig } from '#src/config/config.ts'
import { mappedSources } from '#src/container/idmapped.ts'
import { openJoins } from '#src/namespaces/enter.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { configText } from '#tests/support/config-text.ts'
import { recording } from '../recording.ts'

const OWN = [{ containerID: 5, hostID: 700, size: 10 }]
const CONTAINERS = [{ containerID: 0, hostID: 100_000, size: 10 }]
const bind = (more: object) => ({ destination: '/a', type: 'bind', source: 'data', ...more })

function mapped(mount: object, linux: Record<string, unknown> = {}): string[] {
  const it = recording({ geteuid: 0, fstat: { type: 'directory' }, fstatfs: { magic: 0, flags: 0 } })
  const config = readConfig(configText({ 'mounts[0]': mount, ...linux }))
  const plan = planNamespaces(config.linux.namespaces)
  const joins = openJoins(it.kernel.here, plan)
  using open = new DisposableStack()
  const sources = mappedSources(it.kernel, { config, bundle: '/bundle', joins, userNamespace: plan.has('user'), open })
  expect([...sources.keys()]).toEqual(sources.size === 0 ? [] : [...config.mounts])
  return it
    .all()
    .filter((call) => /unshare|write\(|open_tree|mount_setattr|ns\/user/.test(call) && !call.includes(': close('))
}

test('a mount with mappings is copied here and gets a user namespace that has them', () => {
  const calls = mapped(bind({ options: ['bind', 'ro', 'idmap'], uidMappings: OWN, gidMappings: OWN }))
  expect(calls).toEqual([
    'task 102: unshare(NEWUSER)',
    'here: write(</proc/102/gid_map>, "5 700 10\\n")',
    'here: write(</proc/102/uid_map>, "5 700 10\\n")',
    'here: openat(AT_FDCWD, "/proc/102/ns/user", RDONLY)',
    'here: open_tree(AT_FDCWD, "/bundle/data", CLONE)',
    'here: mount_setattr(</bundle/data>, "", this, +RDONLY -NOSUID -NODEV -NOEXEC -NOSYMFOLLOW)',
    'here: mount_setattr(</bundle/data>, "", this, IDMAP </proc/102/ns/user>)',
  ])
})

const USER = {
  'linux.namespaces[0].type': 'user',
  'linux.uidMappings': CONTAINERS,
  'linux.gidMappings': CONTAINERS,
}

test('a mount without mappings gets those of the container, and all below with ridmap', () => {
  const calls = mapped(bind({ options: ['rbind', 'ridmap'] }), USER)
  expect(calls).toContain('here: write(</proc/102/uid_map>, "0 100000 10\\n")')
  expect(calls.at(-1)).toBe('here: mount_setattr(</bundle/data>, "", recursive, IDMAP </proc/102/ns/user>)')
})

test('or the user namespace that the container joins, whatever its mappings are', () => {
  const calls = mapped(bind({ options: ['bind', 'idmap'] }), { ...USER, 'linux.namespaces[0].path': '/run/user-ns' })
  expect(calls.at(-1)).toBe('here: mount_setattr(</bundle/data>, "", this, IDMAP </run/user-ns>)')
})

test('a mount that is not mapped is none of them', () => {
  expect(mapped(bind({ options: ['bind'] }), USER)).toEqual([])
})

test('a new file system cannot be mapped', () => {
  const mount = { destination: '/a', type: 'tmpfs', source: 'tmpfs', options: ['idmap'] }
  expect(() => mapped(mount, USER)).toThrow(
    expect.objectContaining({
      message: 'an id mapping is for bind mounts alone',
      actions: ['map the ids of mounts[0], "/a"'],
    }),
  )
})

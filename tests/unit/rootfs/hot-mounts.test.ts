// Mounts in a container that runs, as calls.
import { expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { addMounts, copySources, removeMounts } from '#src/rootfs/hot-mounts.ts'
import { recording, type Script } from '../recording.ts'

const mount = (destination: string, type: string, source: string, ...options: string[]): Mount => ({
  destination,
  type,
  source,
  options,
  uidMappings: [],
  gidMappings: [],
})

/** The kernel has a directory everywhere, and no link. */
const DIRECTORIES: Script = { fstat: { type: 'directory', mode: 0o755 }, readlinkat: { refused: 'EINVAL' } }

function inside(script: Script = {}) {
  const it = recording({ ...DIRECTORIES, ...script })
  return { ...it, inside: { task: it.sys, root: it.sys(openat('cwd', '/root', ['PATH'])) } }
}

function copying(...mounts: readonly Mount[]): string[] {
  const it = recording(DIRECTORIES)
  using open = new DisposableStack()
  copySources(it.kernel.here, mounts, { bundle: '/bundle', open })
  return it.all().filter((line) => !/fstat|close/.test(line))
}

test('a source is copied in sight of the host, and cut off from it', () => {
  expect(copying(mount('/mnt', 'bind', '/data', 'ro'))).toEqual([
    'here: open_tree(AT_FDCWD, "/data", CLONE|RECURSIVE)',
    'here: mount_setattr(</data>, "", this, +RDONLY -NOSUID -NODEV -NOEXEC -NOSYMFOLLOW)',
    'here: mount_setattr(</data>, "", recursive, PRIVATE)',
  ])
})

test('propagation that is asked for is what it gets', () => {
  expect(copying(mount('/mnt', 'bind', 'data', 'rslave', 'bind')).slice(1)).toEqual([
    'here: mount_setattr(</bundle/data>, "", recursive, SLAVE)',
  ])
})

test('a new file system has no source', () => {
  expect(copying(mount('/mnt', 'tmpfs', 'tmpfs'))).toEqual([])
})

test('options that fit together nowhere are refused', () => {
  expect(() => copying(mount('/mnt', 'bind', '/data', 'size=1'))).toThrow('cannot have the file system option')
  expect(() => copying(mount('/mnt', 'proc', 'proc', 'tmpcopyup'))).toThrow('"tmpcopyup" is for a tmpfs alone')
})

test('cgroups cannot be mounted later', () => {
  const it = inside()
  const wanted = { mount: mount('/mnt', 'cgroup', 'cgroup'), tree: undefined, directory: true }
  expect(() => addMounts(it.inside, [wanted])).toThrow('cgroups can only be mounted when a container is made')
})

test('mounts are removed in the opposite order, by a name that is not followed', () => {
  const it = inside()
  removeMounts(it.inside, ['/a/b', '/c'])
  expect(it.calls().filter((line) => line.startsWith('umount2'))).toEqual([
    'umount2("c", DETACH|NOFOLLOW)',
    'umount2("b", DETACH|NOFOLLOW)',
  ])
})

test('every path is resolved below the root', () => {
  const it = inside()
  const wanted = { mount: mount('/a/b', 'tmpfs', 'tmpfs'), tree: undefined, directory: true }
  addMounts(it.inside, [wanted])
  removeMounts(it.inside, ['/a/b'])
  const opened = it.calls().filter((line) => line.startsWith('open'))
  expect(opened.slice(1).filter((line) => !line.includes('IN_ROOT'))).toEqual([])
  expect(opened.length).toBeGreaterThan(4)
})

test('when one cannot be made, those before it are removed', () => {
  const it = inside({
    fsopen: (call: { operands(): readonly unknown[] }) =>
      call.operands()[0] === 'tmpfs' ? undefined : { refused: 'ENODEV' },
  })
  const wanted = ['tmpfs', 'none'].map((type) => ({
    mount: mount(`/${type}`, type, type),
    tree: undefined,
    directory: true,
  }))
  expect(() => addMounts(it.inside, wanted)).toThrow('ENODEV')
  expect(it.calls().filter((line) => line.startsWith('umount2'))).toEqual(['umount2("tmpfs", DETACH|NOFOLLOW)'])
})

// mount_setattr(2) by mount(2): what is made in its place, and when.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { mountSetattr, moveMount, openTree } from '#ffi/calls/mount.ts'
import { decorated } from '#ffi/perform/kernel.ts'
import { type Answers, record } from '#ffi/perform/record.ts'
import { attributesAfter, remounting } from '#ffi/perform/remounting.ts'

const RDONLY = 1
const RELATIME = 0x1000

/** A recording of a task on a kernel without mount_setattr(2), where everything is of one type. */
function older(type: 'directory' | 'file') {
  const answers: Answers = (_, { name }) => {
    if (name === 'mount_setattr') return { refused: 'ENOSYS' }
    if (name === 'fstatfs') return { magic: 0, flags: RELATIME }
    return name === 'fstat' ? { type } : undefined
  }
  const kernel = record(answers)
  const able = decorated(kernel, remounting)
  const { sys } = able.task({ namespaces: [] })
  const mounts = () => kernel.recorded.map(({ call }) => call).filter((call) => /^(mount|move_mount|fchdir)/.test(call))
  return { sys, here: able.here, mounts }
}

describe('a change', () => {
  test('of a mount that is attached is made at once, at the mount itself', () => {
    const { sys, mounts } = older('directory')
    const top = sys(openat('cwd', '/', ['PATH']))
    sys(mountSetattr(top, 'recursive', { propagation: 'SLAVE' }))
    sys(mountSetattr(top, 'this', { set: ['RDONLY'] }))
    expect(mounts().map((call) => call.replace(/\d+</, '<'))).toEqual([
      'fchdir(</>)',
      'mount(NULL, ".", NULL, SLAVE|REC, NULL)',
      'fchdir(</>)',
      'mount(NULL, ".", NULL, REMOUNT|BIND|RDONLY|RELATIME, NULL)',
    ])
  })

  test('of a detached mount waits until it is attached', () => {
    const { sys, mounts } = older('file')
    const target = sys(openat('cwd', '/target', ['PATH']))
    const tree = sys(openTree('cwd', '/source', ['CLONE']))
    sys(mountSetattr(tree, 'this', { set: ['RDONLY'] }))
    expect(mounts()).toEqual([])
    sys(moveMount(tree, target))
    expect(mounts()).toHaveLength(2)
    expect(mounts()[1]).toBe(`mount(NULL, "/proc/self/fd/${tree.number}", NULL, REMOUNT|BIND|RDONLY|RELATIME, NULL)`)
  })

  test('of the attributes of a whole tree stays an error', () => {
    const { sys } = older('directory')
    const top = sys(openat('cwd', '/', ['PATH']))
    expect(() => sys(mountSetattr(top, 'recursive', { set: ['RDONLY'] }))).toThrow('ENOSYS')
  })

  test('in bunc itself stays an error', () => {
    const { here } = older('directory')
    const top = here(openat('cwd', '/', ['PATH']))
    expect(() => here(mountSetattr(top, 'this', { propagation: 'PRIVATE' }))).toThrow('ENOSYS')
  })
})

describe('the attributes of a mount afterwards', () => {
  test.each([
    ['keep what is not named', RDONLY | RELATIME, { set: ['NODEV'] }, ['RDONLY', 'NODEV', 'RELATIME']],
    ['lose what is cleared', RDONLY | RELATIME, { clear: ['RDONLY'] }, ['RELATIME']],
    ['are named once', RDONLY | RELATIME, { set: ['RDONLY'] }, ['RDONLY', 'RELATIME']],
    ['have one access time', RELATIME, { set: ['NOATIME'] }, ['NOATIME']],
    ['have the default one when it is cleared', 0x400, { clear: ['NOATIME'] }, ['RELATIME']],
    ['keep the strict one, which has no flag', 0, { set: ['RDONLY'] }, ['RDONLY', 'STRICTATIME']],
    ['keep NOSYMFOLLOW', 0x2000 | RELATIME, { set: ['NOSUID'] }, ['NOSYMFOLLOW', 'NOSUID', 'RELATIME']],
  ] as const)('%s', (_, flags, change, expected) => {
    expect(attributesAfter(flags, change)).toEqual([...expected])
  })
})

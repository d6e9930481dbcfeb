// Mount calls as registers: what each name becomes, against the numbers of include/uapi/linux/mount.h.

import { describe, expect, test } from 'bun:test'

import {
  fsconfigCreate,
  fsconfigFlag,
  fsconfigReconfigure,
  fsconfigString,
  fsmount,
  fsopen,
  fspick,
  type MountChange,
  mount,
  mountSetattr,
  moveMount,
  openTree,
  pivotRootHere,
  umount,
} from '#ffi/calls/mount.ts'
import { encoded } from '../encoded.ts'
import { pretendedOwner } from '../pretended-owner.ts'

const owner = pretendedOwner()
const fs = owner.open('proc', 8)
const target = owner.open('/target', 9)

/** The fields of struct mount_attr: to set, to clear, propagation, user namespace. */
function attributes(change: MountChange): bigint[] {
  const { view, args } = encoded(mountSetattr(fs, 'this', change))
  const structure = view(3, Number(args[4]))
  return [0, 8, 16, 24].map((at) => structure.getBigUint64(at, true))
}

describe('mount_setattr', () => {
  test('sets and clears attributes', () => {
    expect(attributes({ set: ['RDONLY', 'NOSUID'], clear: ['NODEV', 'NOEXEC'] })).toEqual([3n, 12n, 0n, 0n])
    expect(attributes({ set: ['NOSYMFOLLOW'] })).toEqual([0x20_0000n, 0n, 0n, 0n])
  })

  test('clears the whole field of times when one of them is set', () => {
    expect(attributes({ set: ['NOATIME'] })).toEqual([0x10n, 0x70n, 0n, 0n])
    expect(attributes({ set: ['STRICTATIME', 'RDONLY'] })).toEqual([0x21n, 0x70n, 0n, 0n])
    expect(attributes({ clear: ['NOATIME', 'NODEV'] })).toEqual([0n, 0x74n, 0n, 0n])
  })

  test('knows that the times of directories are another field', () => {
    expect(attributes({ set: ['NODIRATIME'] })).toEqual([0x80n, 0n, 0n, 0n])
    expect(attributes({ clear: ['NODIRATIME'] })).toEqual([0n, 0x80n, 0n, 0n])
  })

  test('changes the propagation', () => {
    const all = ['UNBINDABLE', 'PRIVATE', 'SLAVE', 'SHARED'] as const
    expect(all.map((propagation) => attributes({ propagation })[2])).toEqual([
      0x2_0000n,
      0x4_0000n,
      0x8_0000n,
      0x10_0000n,
    ])
  })

  test('gives a mount the ids of a user namespace', () => {
    expect(attributes({ idmap: owner.open('userns', 11) })).toEqual([0x10_0000n, 0n, 0n, 11n])
  })

  test('is for one mount or for all below it', () => {
    expect(encoded(mountSetattr(fs, 'this', {})).args[2]).toBe(0x1000n)
    expect(encoded(mountSetattr(fs, 'recursive', {})).args[2]).toBe(0x9000n)
  })

  test('reads as what is added and taken away', () => {
    const change: MountChange = { set: ['RDONLY'], clear: ['NODEV'], propagation: 'SLAVE', idmap: target }
    expect(mountSetattr(fs, 'recursive', change).show()).toBe(
      'mount_setattr(8<proc>, "", recursive, +RDONLY -NODEV SLAVE IDMAP 9</target>)',
    )
  })
})

describe('a file system is made step by step', () => {
  const at = (...words: readonly (bigint | undefined)[]) => words
  test('open, configure, create, mount, attach', () => {
    expect([encoded(fsopen('proc')).text(0), encoded(fsopen('proc')).args[1]]).toEqual(['proc', 1n])
    const string = encoded(fsconfigString(fs, 'size', '64k'))
    expect([string.args[0], string.args[1], string.text(2), string.text(3)]).toEqual([8n, 1n, 'size', '64k'])
    const flag = encoded(fsconfigFlag(fs, 'ro'))
    expect([flag.args[1], flag.text(2), flag.args[3]]).toEqual([0n, 'ro', 0n])
    expect(encoded(fsconfigCreate(fs)).args).toEqual([8n, 6n, 0n, 0n, 0n, 0n])
    expect(encoded(fsconfigReconfigure(fs)).args).toEqual([8n, 7n, 0n, 0n, 0n, 0n])
    expect(encoded(fsmount(fs, ['NOSUID', 'NODEV'])).args.slice(0, 3)).toEqual([8n, 1n, 6n])
    const moved = encoded(moveMount(fs, target))
    expect(at(moved.args[0], moved.args[2], moved.args[4])).toEqual([8n, 9n, 0x44n])
    expect([moved.text(1), moved.text(3)]).toEqual(['', ''])
  })

  test('reads as a kernel engineer would write it', () => {
    const calls = [fsopen('proc'), fsconfigString(fs, 'size', '64k'), fsconfigFlag(fs, 'ro'), fsconfigCreate(fs)]
    expect([...calls, fsmount(fs, []), moveMount(fs, target), fspick(target)].map((call) => call.show())).toEqual([
      'fsopen("proc", CLOEXEC)',
      'fsconfig(8<proc>, SET_STRING, "size", "64k")',
      'fsconfig(8<proc>, SET_FLAG, "ro")',
      'fsconfig(8<proc>, CMD_CREATE)',
      'fsmount(8<proc>, CLOEXEC, 0)',
      'move_mount(8<proc>, "", 9</target>, "", F_EMPTY_PATH|T_EMPTY_PATH)',
      'fspick(9</target>, "", CLOEXEC|EMPTY_PATH)',
    ])
  })
})

test('a tree is always opened CLOEXEC', () => {
  expect(encoded(openTree('cwd', '/', ['CLONE', 'RECURSIVE'])).args[2]).toBe(0x8_8001n)
  expect(openTree('cwd', '/', []).show()).toBe('open_tree(AT_FDCWD, "/", 0)')
  expect(openTree(fs, '', ['CLONE', 'EMPTY_PATH']).show()).toBe('open_tree(8<proc>, "", CLONE|EMPTY_PATH)')
})

test('the old ways are there for what has no new one', () => {
  const { args, text } = encoded(mount(undefined, '/target', 'proc', ['BIND', 'REC', 'PRIVATE']))
  expect([args[0], text(1), text(2), args[3], args[4]]).toEqual([0n, '/target', 'proc', 0x4_5000n, 0n])
  expect(mount('a', 'b', undefined, [], 'x=1').show()).toBe('mount("a", "b", NULL, 0, "x=1")')
  expect(encoded(umount('.', ['DETACH', 'NOFOLLOW'])).args[1]).toBe(10n)
  const pivot = encoded(pivotRootHere())
  expect([pivot.text(0), pivot.text(1), pivotRootHere().show()]).toEqual(['.', '.', 'pivot_root(".", ".")'])
})

// What the options of one mount come to.

import { describe, expect, test } from 'bun:test'

import { parseOptions } from '#src/rootfs/parse-options.ts'

const NOTHING = {
  bind: 'no',
  attributes: { set: [], clear: [] },
  recursive: { set: [], clear: [] },
  propagations: [],
  superblock: [],
  data: [],
  copyUp: false,
  idmap: 'no',
  links: [],
}

test('no options ask for nothing', () => {
  expect<unknown>(parseOptions([])).toEqual(NOTHING)
})

test('options that say what is the case anyway ask for nothing, either', () => {
  expect<unknown>(parseOptions(['defaults', 'loud', 'silent', 'remount', 'iversion', 'noiversion'])).toEqual(NOTHING)
})

test('what engines ask for', () => {
  expect(parseOptions(['nosuid', 'strictatime', 'mode=755', 'size=65536k'])).toMatchObject({
    attributes: { set: ['NOSUID', 'STRICTATIME'], clear: [] },
    data: ['mode=755', 'size=65536k'],
  })
  expect(parseOptions(['rbind', 'rprivate', 'ro'])).toMatchObject({
    bind: 'recursive',
    attributes: { set: ['RDONLY'] },
    propagations: [{ propagation: 'PRIVATE', scope: 'recursive' }],
  })
})

test('a mapping of ids is for one mount or for all below', () => {
  expect(parseOptions(['idmap']).idmap).toBe('this')
  expect(parseOptions(['idmap', 'ridmap']).idmap).toBe('recursive')
})

describe('of two options about the same, the last one counts', () => {
  test('for attributes', () => {
    expect(parseOptions(['ro', 'rw']).attributes).toEqual({ set: [], clear: ['RDONLY'] })
    expect(parseOptions(['rw', 'ro', 'ro']).attributes).toEqual({ set: ['RDONLY'], clear: [] })
    expect(parseOptions(['noatime', 'relatime']).attributes).toEqual({ set: [], clear: ['NOATIME'] })
  })

  test('for attributes of all mounts below, apart from those of the mount itself', () => {
    const { attributes, recursive } = parseOptions(['ro', 'rro', 'rrw', 'rnosuid'])
    expect(attributes).toEqual({ set: ['RDONLY'], clear: [] })
    expect(recursive).toEqual({ set: ['NOSUID'], clear: ['RDONLY'] })
  })

  test('for flags of the file system', () => {
    expect(parseOptions(['sync', 'dirsync', 'async']).superblock).toEqual(['dirsync'])
    expect(parseOptions(['async', 'sync', 'sync']).superblock).toEqual(['sync'])
  })

  test('for the kind of a bind mount', () => {
    expect([parseOptions(['rbind', 'bind']).bind, parseOptions(['bind', 'rbind']).bind]).toEqual(['this', 'recursive'])
  })
})

test('propagations are all kept, in their order: a mount can be a slave and shared at once', () => {
  expect(parseOptions(['slave', 'rshared']).propagations).toEqual([
    { propagation: 'SLAVE', scope: 'this' },
    { propagation: 'SHARED', scope: 'recursive' },
  ])
})

test('what is no option of mounting is left to the file system, as it stands', () => {
  expect(parseOptions(['gid=5', 'nr_inodes=1', 'RO', '', 'constructor']).data).toEqual([
    'gid=5',
    'nr_inodes=1',
    'RO',
    '',
    'constructor',
  ])
})

test('a tmpfs can be asked to begin with what it covers', () => {
  expect(parseOptions(['tmpcopyup']).copyUp).toBe(true)
})

// The table of mount options against the list of the specification (config.md, "Linux mount options"), which stands here a
// second time, by what mount(8) says of each.

import { describe, expect, test } from 'bun:test'

import { MOUNT_OPTIONS, mountOptionNames } from '#src/rootfs/options.ts'

/** Attributes of a mount: option, its opposite. */
const ATTRIBUTES = {
  RDONLY: ['ro', 'rw'],
  NOSUID: ['nosuid', 'suid'],
  NODEV: ['nodev', 'dev'],
  NOEXEC: ['noexec', 'exec'],
  NODIRATIME: ['nodiratime', 'diratime'],
  NOSYMFOLLOW: ['nosymfollow', 'symfollow'],
  STRICTATIME: ['strictatime', 'nostrictatime'],
} as const

const FILESYSTEM = {
  sync: ['sync', 'async'],
  mand: ['mand', 'nomand'],
  lazytime: ['lazytime', 'nolazytime'],
} as const

describe.each(Object.entries(ATTRIBUTES))('%s', (attribute, [set, clear]) => {
  test(`is set by "${set}" and cleared by "${clear}"`, () => {
    expect<unknown>(MOUNT_OPTIONS[set]).toEqual({ kind: 'set', attribute })
    expect<unknown>(MOUNT_OPTIONS[clear]).toEqual({ kind: 'clear', attribute })
  })

  test(`is set below, too, by "r${set}" and cleared by "r${clear}"`, () => {
    expect<unknown>(MOUNT_OPTIONS[`r${set}`]).toEqual({ kind: 'set', attribute, recursive: true })
    expect<unknown>(MOUNT_OPTIONS[`r${clear}`]).toEqual({ kind: 'clear', attribute, recursive: true })
  })
})

test('times of access are one field: relative is what there is when nothing else is', () => {
  expect(MOUNT_OPTIONS['noatime']).toEqual({ kind: 'set', attribute: 'NOATIME' })
  for (const option of ['atime', 'relatime', 'norelatime'])
    expect(MOUNT_OPTIONS[option]).toEqual({ kind: 'clear', attribute: 'NOATIME' })
  expect(MOUNT_OPTIONS['rnoatime']).toEqual({ kind: 'set', attribute: 'NOATIME', recursive: true })
  for (const option of ['ratime', 'rrelatime', 'rnorelatime'])
    expect(MOUNT_OPTIONS[option]).toEqual({ kind: 'clear', attribute: 'NOATIME', recursive: true })
})

test.each(Object.entries(FILESYSTEM))('%s belongs to the file system', (key, [set, clear]) => {
  expect<unknown>(MOUNT_OPTIONS[set]).toEqual({ kind: 'superblock', key })
  expect<unknown>(MOUNT_OPTIONS[clear]).toEqual({ kind: 'superblock', key, off: true })
})

test.each(['private', 'shared', 'slave', 'unbindable'])('%s is a propagation, of one mount or of all', (name) => {
  const propagation = name.toUpperCase()
  expect<unknown>(MOUNT_OPTIONS[name]).toEqual({ kind: 'propagation', propagation })
  expect<unknown>(MOUNT_OPTIONS[`r${name}`]).toEqual({ kind: 'propagation', propagation, recursive: true })
})

test('the table has every option of the specification that this build knows, and no other', () => {
  const rows = [...Object.values(ATTRIBUTES).flat(), 'noatime', 'atime', 'relatime', 'norelatime']
  const propagations = ['private', 'shared', 'slave', 'unbindable']
  const others = [
    'bind',
    'rbind',
    'defaults',
    'dirsync',
    'loud',
    'silent',
    'remount',
    'tmpcopyup',
    'idmap',
    'ridmap',
    'iversion',
    'noiversion',
  ]
  const ofCrun = ['copy-symlink', 'src-nofollow', 'dest-nofollow']
  const every = [
    ...rows,
    ...rows.map((name) => `r${name}`),
    ...propagations,
    ...propagations.map((name) => `r${name}`),
    ...Object.values(FILESYSTEM).flat(),
    ...others,
    ...ofCrun,
  ]
  expect(mountOptionNames()).toEqual(every.toSorted())
})

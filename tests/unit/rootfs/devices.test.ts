// Device files, as calls.

import { describe, expect, test } from 'bun:test'

import { type Call } from '#ffi/call.ts'
import { openat } from '#ffi/calls/file.ts'
import type { LinuxDevice } from '#src/config/schema/devices.ts'
import { devIsBound, devIsFresh, makeDevices } from '#src/rootfs/devices.ts'
import { recording, type Script } from '../recording.ts'

const fuse: LinuxDevice = { type: 'c', path: '/dev/fuse', major: 10, minor: 229, fileMode: 0o100640, uid: 7, gid: 8 }

function made(
  setting: { bind: boolean; fresh: boolean },
  devices: readonly LinuxDevice[],
  script: Script = {},
): string[] {
  const { sys, calls } = recording(script)
  makeDevices({ task: sys, root: sys(openat('cwd', '/root', ['PATH'])), ...setting }, devices)
  return calls().slice(1)
}

const FRESH = { bind: false, fresh: true }
const nodes = (calls: readonly string[]) => calls.filter((call) => call.startsWith('mknodat'))

describe('a container has', () => {
  test('the devices of the specification, readable and writable by all', () => {
    expect(nodes(made(FRESH, []))).toEqual([
      'mknodat(</dev>, "null", char 0666, makedev(1, 3))',
      'mknodat(</dev>, "zero", char 0666, makedev(1, 5))',
      'mknodat(</dev>, "full", char 0666, makedev(1, 7))',
      'mknodat(</dev>, "tty", char 0666, makedev(5, 0))',
      'mknodat(</dev>, "random", char 0666, makedev(1, 8))',
      'mknodat(</dev>, "urandom", char 0666, makedev(1, 9))',
    ])
  })

  test('those of its config, with their owners and the permissions of their modes', () => {
    const calls = made(FRESH, [fuse])
    expect(nodes(calls).at(-1)).toBe('mknodat(</dev>, "fuse", char 0640, makedev(10, 229))')
    expect(calls).toContain('fchownat(<fuse>, "", 7, 8, EMPTY_PATH)')
  })

  test('one of its own in place of one of the specification', () => {
    const own: LinuxDevice = { ...fuse, path: '/dev/null', major: 1, minor: 3, fileMode: 0o600 }
    expect(nodes(made(FRESH, [own])).filter((call) => call.includes('"null"'))).toEqual([
      'mknodat(</dev>, "null", char 0600, makedev(1, 3))',
    ])
  })

  test('block devices and fifos, too', () => {
    const block: LinuxDevice = { ...fuse, type: 'b', path: '/dev/sda' }
    const fifo: LinuxDevice = { type: 'p', path: '/dev/pipe', fileMode: 0o600, uid: 0, gid: 0 }
    expect(nodes(made(FRESH, [block, fifo])).slice(-2)).toEqual([
      'mknodat(</dev>, "sda", block 0640, makedev(10, 229))',
      'mknodat(</dev>, "pipe", fifo 0600, 0)',
    ])
  })

  test('links to its descriptors, and to the ptmx of its own devpts', () => {
    const links = made(FRESH, []).filter((call) => /symlinkat|unlinkat/.test(call))
    expect(links).toEqual([
      'symlinkat("/proc/self/fd", </dev>, "fd")',
      'symlinkat("/proc/self/fd/0", </dev>, "stdin")',
      'symlinkat("/proc/self/fd/1", </dev>, "stdout")',
      'symlinkat("/proc/self/fd/2", </dev>, "stderr")',
      'unlinkat(</dev>, "ptmx", 0)',
      'symlinkat("pts/ptmx", </dev>, "ptmx")',
    ])
  })
})

describe('where the image has a /dev', () => {
  const NUMBERS: Readonly<Record<string, readonly [major: number, minor: number]>> = {
    null: [1, 3],
    zero: [1, 5],
    full: [1, 7],
    tty: [5, 0],
    random: [1, 8],
    urandom: [1, 9],
  }
  /** It has the devices of the specification already, and a fifo. */
  const image: Script = {
    mknodat: 'missing',
    fstat: (call: Call<unknown>) => {
      const name = /<(\w+)>/.exec(call.show())?.[1] ?? ''
      const [major, minor] = NUMBERS[name] ?? [0, 0]
      return { type: name === 'pipe' ? 'fifo' : 'char', major, minor }
    },
  }
  const USED = { bind: false, fresh: false }

  test('a device that is there already is used when it is the very device', () => {
    expect(nodes(made(USED, [], image))).toHaveLength(6)
  })

  test.each([
    ['another device', { type: 'char', major: 1, minor: 5 }],
    ['a file', { type: 'file', major: 1, minor: 3 }],
    ['a link', { type: 'symlink', major: 0, minor: 0 }],
  ])('%s in its place is refused (CVE-2026-88265)', (_, stat) => {
    expect(() => made(USED, [], { mknodat: 'missing', fstat: stat })).toThrow(
      '"/dev/null" exists in the container\'s root and is another file',
    )
  })

  test('a fifo has no numbers to compare', () => {
    const fifo: LinuxDevice = { type: 'p', path: '/dev/pipe', fileMode: 0o600, uid: 0, gid: 0 }
    expect(nodes(made(USED, [fifo], image)).at(-1)).toBe('mknodat(</dev>, "pipe", fifo 0600, 0) = missing')
  })

  test('a refusal names the device of the config', () => {
    expect(() => made(USED, [fuse], image)).toThrow(
      expect.objectContaining({ actions: ['make linux.devices[0], "/dev/fuse"'] }),
    )
  })
})

test('in a user namespace devices are bound from the host, and fifos made', () => {
  const fifo: LinuxDevice = { type: 'p', path: '/dev/pipe', fileMode: 0o600, uid: 0, gid: 0 }
  const calls = made({ bind: true, fresh: true }, [fuse, fifo])
  expect(nodes(calls).filter((call) => !call.includes('file 0644'))).toEqual(['mknodat(</dev>, "pipe", fifo 0600, 0)'])
  expect(calls.filter((call) => call.startsWith('open_tree'))).toEqual(
    ['null', 'zero', 'full', 'tty', 'random', 'urandom', 'fuse'].map(
      (name) => `open_tree(</dev/${name}>, "", CLONE|EMPTY_PATH)`,
    ),
  )
})

describe('/dev', () => {
  const mount = (destination: string, type: string, ...options: string[]) => ({
    destination,
    type,
    source: 'x',
    options,
    uidMappings: [],
    gidMappings: [],
  })

  test('is somebody else’s when it is bound', () => {
    expect(devIsBound([mount('/dev', 'bind')])).toBe(true)
    expect(devIsBound([mount('/dev/', '', 'rbind', 'ro')])).toBe(true)
    expect(devIsBound([mount('/a/../dev', 'none', 'bind')])).toBe(true)
    expect(devIsBound([mount('/dev/shm', 'bind'), mount('/dev', 'tmpfs')])).toBe(false)
  })

  test('is the container’s own when it is a tmpfs', () => {
    expect(devIsFresh([mount('/dev', 'tmpfs')])).toBe(true)
    expect(devIsFresh([mount('/dev', 'bind'), mount('/dev/shm', 'tmpfs')])).toBe(false)
  })
})

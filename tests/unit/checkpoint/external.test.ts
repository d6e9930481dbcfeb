// What criu is told of mounts and namespaces that are not the container's own.

import { describe, expect, test } from 'bun:test'

import { openat } from '#ffi/calls/file.ts'
import { record } from '#ffi/perform/record.ts'
import {
  dumpedMounts,
  dumpedNamespaces,
  type MountContext,
  refuseMapped,
  restoredMounts,
  restoredNamespaces,
} from '#src/checkpoint/external.ts'
import { readConfig } from '#src/config/config.ts'
import { planNamespaces } from '#src/namespaces/plan.ts'
import { openJoins } from '#src/namespaces/enter.ts'
import { named } from './options.ts'

const bind = (destination: string, source: string) => ({ destination, source, type: 'bind', options: ['rbind'] })
const NAMESPACES = [{ type: 'mount' }, { type: 'pid' }, { type: 'network' }]

function contextOf(
  linux: object = {},
  mounts: readonly object[] = [],
  change: Partial<MountContext> = {},
): MountContext {
  const config = readConfig(
    JSON.stringify({
      ociVersion: '1.2.0',
      process: { cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } },
      root: { path: 'rootfs' },
      mounts,
      linux: { namespaces: NAMESPACES, ...linux },
    }),
  )
  const cgroups = { version: 2, path: '', hierarchies: [], namespace: false, foreign: false } as const
  return { config, bundle: '/bundle', userNamespace: false, cgroups, ...change }
}

/** A host on which every path is there: a file if its name has a dot, else a directory. */
const host = () =>
  record((_, call) => {
    const [first] = call.operands()
    if (call.name === 'fstat') return { type: String(first).includes('.') ? 'file' : 'directory' }
    if (call.name === 'newfstatat') return { ino: 4026531840n }
    // No link.
    return call.name === 'readlinkat' ? 'missing' : undefined
  }).here

function dumped(context: MountContext): unknown[] {
  const here = host()
  const root = here(openat('cwd', '/root', ['PATH']))
  return named(dumpedMounts(here, root, context)).map(([, value]) => value)
}
const restored = (context: MountContext) => named(restoredMounts(context)).map(([, value]) => value)

describe('a bind mount', () => {
  const context = contextOf({}, [bind('/etc/hosts.txt/', '/var/hosts'), bind('/data', 'below')])

  test('is dumped under the place that it has in the config', () => {
    expect(dumped(context)).toEqual(['mnt[/etc/hosts.txt]:/etc/hosts.txt', 'mnt[/data]:/data'])
  })

  test('is restored from its source, which is meant from the bundle', () => {
    expect(restored(context)).toEqual(['mnt[/etc/hosts.txt]:/var/hosts', 'mnt[/data]:/bundle/below'])
  })
})

test('a file system of the container is not external', () => {
  const context = contextOf({}, [{ destination: '/proc', type: 'proc', source: 'proc' }])
  expect([...dumped(context), ...restored(context)]).toEqual([])
})

test('a mount with an id mapping is refused, for criu would restore it without', () => {
  const ids = [{ containerID: 0, hostID: 1000, size: 1 }]
  const mapped = { ...bind('/data', '/data'), uidMappings: ids, gidMappings: ids }
  expect(() => refuseMapped(contextOf({}, [bind('/a', '/a'), mapped]).config)).toThrow('mounts[1] has an id mapping')
  expect(() => refuseMapped(contextOf({}, [bind('/a', '/a')]).config)).not.toThrow()
})

test('a masked file is the null device of the host, a masked directory is saved by criu', () => {
  const context = contextOf({ maskedPaths: ['/proc/kcore.file', '/sys/firmware'] })
  expect(dumped(context)).toEqual(['mnt[/proc/kcore.file]:/dev/null'])
  expect(restored(context)).toEqual(['mnt[/dev/null]:/dev/null'])
})

test('devices are external where they had to be bound', () => {
  const context = contextOf({}, [], { userNamespace: true })
  expect(restored(context)).toContain('mnt[/dev/null]:/dev/null')
  expect(dumped(context)).toContain('mnt[/dev/urandom]:/dev/urandom')
})

test('hierarchies of cgroup v1 are those of the new container', () => {
  const hierarchies = [{ name: 'memory', options: ['memory'], path: '/sys/fs/cgroup/memory/c1' }]
  const cgroups = { version: 1, path: '', hierarchies, namespace: false, foreign: false } as const
  const mount = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' }
  const context = contextOf({}, [mount], { cgroups })
  expect(dumped(context)).toEqual(['mnt[/sys/fs/cgroup/memory]:/sys/fs/cgroup/memory'])
  expect(restored(context)).toEqual(['mnt[/sys/fs/cgroup/memory]:/sys/fs/cgroup/memory/c1'])
  expect(restored(contextOf({}, [mount]))).toEqual([])
})

describe('a namespace', () => {
  const joined = (type: string) => [
    ...NAMESPACES.filter((other) => other.type !== type),
    { type, path: '/run/netns/a' },
  ]
  const inherit = (namespaces: readonly object[]) => {
    const { config } = contextOf({ namespaces })
    const kernel = record(() => undefined)
    using open = new DisposableStack()
    const joins = openJoins(kernel.here, planNamespaces(config.linux.namespaces))
    return restoredNamespaces(kernel.here, config, { joins, open })
  }

  test('of the container itself is saved by criu', () => {
    expect(dumpedNamespaces(host(), contextOf().config, 42)).toEqual([])
    expect(inherit(NAMESPACES)).toEqual({ options: [], inherit: [] })
  })

  test('that was joined is named by its inode, and handed in when the container is restored', () => {
    const { config } = contextOf({ namespaces: joined('network') })
    expect(named(dumpedNamespaces(host(), config, 42))).toEqual([['external', 'net[4026531840]:extRootNetNS']])
    const given = inherit(joined('network'))
    expect(given.inherit.map(({ label }) => label)).toEqual(['/run/netns/a'])
    const [, value] = named(given.options)[0] ?? []
    expect(value).toEqual([
      [1, 'extRootNetNS'],
      [2, given.inherit[0]?.number],
    ])
    expect(inherit(joined('pid')).inherit).toHaveLength(1)
  })

  test('of the host is that of the host afterwards', () => {
    const others = NAMESPACES.filter(({ type }) => type !== 'network')
    const { config } = contextOf({ namespaces: others })
    expect(named(dumpedNamespaces(host(), config, 42))).toEqual([['external', 'net[4026531840]:extRootNetNS']])
  })
})

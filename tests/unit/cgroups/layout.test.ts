// Which hierarchies a host has: from its mounts, as they look on each kind of host.
import { describe, expect, test } from 'bun:test'

import { detectLayout, parseLayout } from '#src/cgroups/layout.ts'
import { PretendedHost } from './pretended-host.ts'

const REST = '22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:21 / /proc rw - proc proc rw'
const mounts = (...lines: readonly string[]) => [REST, ...lines, ''].join('\n')

describe('parseLayout', () => {
  test('finds the hierarchies of version 1 with their controllers', () => {
    const layout = parseLayout(
      mounts(
        '30 22 0:28 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755',
        '31 30 0:29 / /sys/fs/cgroup/systemd rw shared:10 - cgroup cgroup rw,xattr,release_agent=/lib/agent,name=systemd',
        '32 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct',
        '33 30 0:31 / /sys/fs/cgroup/cpuset rw shared:12 - cgroup cgroup rw,cpuset,cpuset_v2_mode,clone_children,nofavordynmods',
      ),
    )
    expect(layout).toEqual([
      { version: 1, controllers: ['name=systemd'], mount: '/sys/fs/cgroup/systemd', root: '/' },
      { version: 1, controllers: ['cpu', 'cpuacct'], mount: '/sys/fs/cgroup/cpu,cpuacct', root: '/' },
      { version: 1, controllers: ['cpuset'], mount: '/sys/fs/cgroup/cpuset', root: '/' },
    ])
  })

  test('finds version 2 beside version 1', () => {
    const layout = parseLayout(
      mounts(
        '31 30 0:29 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate',
        '32 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      ),
    )
    expect(layout).toEqual([
      { version: 2, controllers: [], mount: '/sys/fs/cgroup/unified', root: '/' },
      { version: 1, controllers: ['memory'], mount: '/sys/fs/cgroup/memory', root: '/' },
    ])
  })

  test('passes over the views that containers have of the same hierarchies', () => {
    const layout = parseLayout(
      mounts(
        '50 49 0:30 /docker/a /var/lib/docker/a/merged/sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
        '32 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
        '51 49 0:30 /docker/b /sys/fs/cgroup/other rw - cgroup cgroup rw,memory',
      ),
    )
    expect(layout.map(({ mount, root }) => [mount, root])).toEqual([['/sys/fs/cgroup/memory', '/']])
  })

  test('tells which cgroup a mount begins at, with its spaces', () => {
    const [mounted] = parseLayout(
      mounts('32 30 0:30 /docker/a\\040b /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'),
    )
    expect(mounted?.root).toBe('/docker/a b')
  })

  test('gives none where no cgroups are mounted', () => {
    expect(parseLayout(mounts())).toEqual([])
  })
})

describe('detectLayout', () => {
  test('recognises version 2 by one file system, without reading the mounts', () => {
    const host = new PretendedHost({ files: { '/sys/fs/cgroup/cgroup.controllers': 'cpu' } })
    expect(detectLayout(host.kernel.here)).toEqual([
      { version: 2, controllers: [], mount: '/sys/fs/cgroup', root: '/' },
    ])
    expect(host.calls).toEqual([
      'openat(AT_FDCWD, "/sys/fs/cgroup", PATH|DIRECTORY) = 3</sys/fs/cgroup>',
      'fstatfs(3</sys/fs/cgroup>)',
      'close(3</sys/fs/cgroup>)',
    ])
  })

  test('finds nothing where there is no /sys/fs/cgroup', () => {
    expect(detectLayout(new PretendedHost({ files: { '/proc/self/mountinfo': REST } }).kernel.here)).toEqual([])
  })

  test('reads the mounts of any other host', () => {
    const mountinfo = mounts('32 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory').trimEnd()
    const host = new PretendedHost({ files: { '/proc/self/mountinfo': mountinfo, '/sys/fs/cgroup/memory/tasks': '' } })
    expect(detectLayout(host.kernel.here)).toHaveLength(1)
  })
})

describe('a mount that is covered', () => {
  const layout = (...lines: readonly string[]) => parseLayout(mounts(...lines)).map(({ mount }) => mount)
  const TOP = '30 24 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw'
  const SYSFS = '24 22 0:22 / /sys rw - sysfs sysfs rw'
  const UNIFIED = '31 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'
  const MEMORY = '32 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'

  test('is none of the hierarchies, and the others are', () => {
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY)).toEqual(['/sys/fs/cgroup/unified', '/sys/fs/cgroup/memory'])
    const cover = '40 31 0:40 / /sys/fs/cgroup/unified rw - tmpfs tmpfs rw'
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, cover)).toEqual(['/sys/fs/cgroup/memory'])
  })

  test('is there again where it is mounted on what covers it', () => {
    const cover = '40 31 0:40 / /sys/fs/cgroup/unified rw - tmpfs tmpfs rw'
    const again = '41 40 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, cover, again)).toEqual([
      '/sys/fs/cgroup/memory',
      '/sys/fs/cgroup/unified',
    ])
  })

  test('may be covered further above, on whichever mount', () => {
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, '40 30 0:40 / /sys/fs/cgroup rw - tmpfs tmpfs rw')).toEqual([])
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, '40 24 0:40 / /sys/fs rw - tmpfs tmpfs rw')).toEqual([])
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, '40 22 0:40 / /sys/fs rw - tmpfs tmpfs rw')).toHaveLength(2)
  })

  test('is not covered by one beside or below it', () => {
    const beside = '40 30 0:40 / /sys/fs/cgroup/unified2 rw - tmpfs tmpfs rw'
    const below = '41 31 0:40 / /sys/fs/cgroup/unified/a rw - tmpfs tmpfs rw'
    expect(layout(SYSFS, TOP, UNIFIED, MEMORY, beside, below)).toHaveLength(2)
  })
})

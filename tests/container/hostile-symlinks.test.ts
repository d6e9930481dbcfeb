// An image full of links that point out of it: whatever the runtime makes of them, the host stays untouched.
import { expect } from 'bun:test'
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import type { Lack } from '#tests/support/container-test.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
import type { Mount, Spec } from '#tests/support/spec.ts'

const FILES = ['passwd', 'null', 'console', 'ptmx', 'hostname', 'resolv.conf'] as const
const DIRECTORIES = ['inner', 'shm', 'pts', 'mqueue', 'self', 'kernel'] as const

/** Makes a directory of the host that has a victim for every name that a runtime writes to; gives the path. */
function victim(box: Box): string {
  const dir = box.path('victim')
  mkdirSync(dir)
  for (const name of DIRECTORIES) mkdirSync(`${dir}/${name}`)
  for (const name of FILES) writeFileSync(`${dir}/${name}`, `precious ${name}`)
  return dir
}

/** Everything below `dir`: names, kinds, modes, owners, times of change and contents. */
function fingerprint(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .flatMap((name) => {
      const path = `${dir}/${name}`
      const stat = lstatSync(path)
      const text = stat.isFile() ? readFileSync(path, 'utf8') : ''
      const line = [name, stat.mode, stat.uid, stat.gid, stat.ctimeMs, stat.size, text].join(' ')
      return [line, ...(stat.isDirectory() ? fingerprint(path) : [])]
    })
}

const runcDev = lacks('runc', 'makes the links of /dev on the host (CVE-2026-41579)', { until: '1.3.6' })

const CASES: readonly {
  title: string
  links: readonly string[]
  spec?: (dir: string) => Spec
  but?: readonly Lack[]
}[] = [
  { title: '/proc', links: ['proc'] },
  { title: '/sys', links: ['sys'] },
  { title: '/dev', links: ['dev'], but: [runcDev] },
  { title: '/dev without a mount', links: ['dev'], but: [runcDev], spec: () => ({ mounts: mountsWithout('/dev') }) },
  {
    title: '/dev/null, /dev/console and /dev/ptmx',
    links: ['dev/null', 'dev/console', 'dev/ptmx'],
    spec: () => ({ mounts: mountsWithout('/dev') }),
  },
  {
    title: '/dev/shm and /dev/pts',
    links: ['dev/shm', 'dev/pts'],
    spec: () => ({ mounts: mountsWithout('/dev', '/dev/shm', '/dev/pts') }),
  },
  {
    title: 'the target of a tmpfs',
    links: ['mnt'],
    spec: () => plus({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs' }),
  },
  {
    title: 'the parent of a tmpfs',
    links: ['mnt'],
    spec: () => plus({ destination: '/mnt/inner', type: 'tmpfs', source: 'tmpfs' }),
  },
  {
    title: 'the parent of a target that is missing',
    links: ['mnt'],
    spec: () => plus({ destination: '/mnt/made/deep', type: 'tmpfs', source: 'tmpfs' }),
  },
  {
    title: 'the target of a bound file',
    links: ['etc/hostname'],
    spec: (dir) => plus(bind(`${dir}/resolv.conf`, '/etc/hostname')),
  },
  {
    title: 'the parent of a bound file that is missing',
    links: ['mnt'],
    spec: (dir) => plus(bind(`${dir}/resolv.conf`, '/mnt/made')),
  },
  { title: 'the working directory', links: ['started'], spec: () => ({ process: { cwd: '/started/made' } }) },
  {
    title: 'a device',
    links: ['node'],
    spec: () => ({ linux: { devices: [{ path: '/node/made', type: 'c', major: 1, minor: 3 }] } }),
  },
  {
    title: 'a masked and a readonly path',
    links: ['mask', 'read'],
    spec: () => ({ linux: { maskedPaths: ['/mask', '/mask/passwd'], readonlyPaths: ['/read', '/read/null'] } }),
  },
  { title: '/etc/passwd', links: ['etc/passwd'] },
]

/** A link to the host: absolute, or relative and past the root of the image. */
const WAYS = [
  { title: 'an absolute link', target: (dir: string) => dir },
  { title: 'a relative link', target: (dir: string) => `../../../../../../../..${dir}` },
]

function mountsWithout(...destinations: string[]): Mount[] {
  return DEFAULT_MOUNTS.filter(
    ({ destination }) => !destinations.includes(destination) && destination !== '/dev/mqueue',
  )
}

function plus(...mounts: readonly Mount[]): Spec {
  return { mounts: [...DEFAULT_MOUNTS, ...mounts] }
}

function bind(source: string, destination: string): Mount {
  return { destination, type: 'bind', source, options: ['bind'] }
}

for (const { title, links, spec, but = [] } of CASES) {
  for (const way of WAYS) {
    const check = async (box: Box) => {
      const dir = victim(box)
      for (const link of links) {
        rmSync(`${box.rootfs}/${link}`, { recursive: true, force: true })
        const leaf = link.split('/')[1]
        symlinkSync(way.target(leaf === undefined ? dir : `${dir}/${leaf}`), `${box.rootfs}/${link}`)
      }
      const before = fingerprint(dir)
      await box.run({ process: { args: ['true'] }, ...spec?.(dir) })
      expect(fingerprint(dir)).toEqual(before)
    }
    containerTest(`${way.title} in place of ${title} does not lead to the host`, check, ...but)
  }
}

containerTest('an image whose every directory is a link leaves the host untouched', async (box) => {
  const dir = victim(box)
  for (const name of ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'var', 'root']) {
    rmSync(`${box.rootfs}/${name}`, { recursive: true })
    symlinkSync(dir, `${box.rootfs}/${name}`)
  }
  const before = fingerprint(dir)
  await box.run({ process: { args: ['/bin/true'] } })
  expect(fingerprint(dir)).toEqual(before)
})

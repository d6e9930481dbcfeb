// The Debian package is installed and purged by dpkg: below a directory of this host, where every file can be counted,
// and in a machine with Debian, where nothing is forced and a container is made before it goes.
import { afterAll, expect } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { needs } from '#tests/support/needs.ts'
import { blockOf } from '#tests/support/pages/read.ts'
import { boot } from '#tests/vm/boot.ts'
import { machineTest } from '#tests/vm/machine-test.ts'
import { KINDS } from '#tests/vm/machine.ts'
import { makeReleaseIn, PACKAGES, run, scratch, VERSION } from './released.ts'

const work = scratch()
afterAll(() => work[Symbol.dispose]())
const release = makeReleaseIn(work.path)
const file = join(release, PACKAGES.amd64)

/** A directory with dpkg's own records in it, and no package. */
function emptySystem(name: string): string {
  const root = join(work.path, name)
  for (const directory of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', directory), { recursive: true })
  writeFileSync(join(root, 'var/lib/dpkg/status'), '')
  return root
}

/** Below a directory there is no libc6 to depend on, and no shell for the scripts: they run here, with DPKG_ROOT set. */
function dpkg(root: string, ...words: string[]): string {
  const force = ['--force-depends', '--force-script-chrootless', '--force-not-root', '--no-triggers']
  // A host may leave out manuals, by its own settings; the last word counts.
  return run(['dpkg', `--root=${root}`, ...force, '--path-include=*', '--log=/dev/null', ...words])
}

function filesBelow(root: string): string[] {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return all.filter((path) => !path.startsWith('var/lib/dpkg')).toSorted()
}

const onDpkg = needs('dpkg-deb', 'root')

onDpkg.test('dpkg installs what runs, what man finds and what shells complete', () => {
  const root = emptySystem('installed')
  dpkg(root, '--install', file)
  expect(run([join(root, 'usr/bin/bunc'), '--version'])).toStartWith(`bunc version ${VERSION}\n`)
  for (const path of [
    'bash-completion/completions/bunc',
    'zsh/vendor-completions/_bunc',
    'fish/vendor_completions.d/bunc.fish',
  ])
    expect(readFileSync(join(root, 'usr/share', path), 'utf8')).toContain('checkpoint')
  expect(run(['sh', '-c', 'md5sum --check --quiet "$0/var/lib/dpkg/info/bunc.md5sums"', root], root)).toBe('')
  const listed = dpkg(root, '--listfiles', 'bunc').trim().split('\n')
  expect(filesBelow(root).filter((path) => !listed.includes(`/${path}`) && !/^(run|var)/.test(path))).toEqual([])
})

needs('dpkg-deb', 'root', 'man').test('man finds the page, and has nothing to complain of in it', () => {
  const root = emptySystem('manual')
  dpkg(root, '--install', file)
  const page = join(root, 'usr/share/man/man8/bunc.8.gz')
  expect(run(['man', '-M', join(root, 'usr/share/man'), '-w', 'bunc'])).toBe(`${page}\n`)
  const { stdout, stderr } = Bun.spawnSync(['man', '--warnings', '-l', page], {
    env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
  })
  expect(stderr.toString()).toBe('')
  expect(stdout.toString()).toContain('bunc create ')
})

onDpkg.test('purge leaves no file and no directory', () => {
  const root = emptySystem('purged')
  const before = filesBelow(root)
  dpkg(root, '--install', file)
  mkdirSync(join(root, 'run/bunc'), { recursive: true })
  expect(filesBelow(root).length).toBeGreaterThan(before.length + 10)
  dpkg(root, '--purge', 'bunc')
  expect(filesBelow(root)).toEqual([...before, 'run'].toSorted())
})

onDpkg.test('purge leaves the state of a container that still runs', () => {
  const root = emptySystem('running')
  mkdirSync(join(root, 'run/bunc/web'), { recursive: true })
  dpkg(root, '--install', file)
  dpkg(root, '--purge', 'bunc')
  expect(existsSync(join(root, 'run/bunc/web'))).toBe(true)
})

/** What docs/releases.md tells people to type, in whatever version. */
const typed = (mark: string) =>
  blockOf('docs/releases.md', 'sh', mark).replaceAll(/bunc_[^_]*_amd64\.deb/g, PACKAGES.amd64)

/**
 * The machine's shell is busybox, which would take its own dpkg. The machine has no sudo and no apt, which hands the
 * package over to dpkg.
 */
const IN_DEBIAN = `
  set -e
  cd /share
  sudo() { "$@"; }
  apt() { /usr/bin/dpkg "--$@" >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }; }
  files() { find / -xdev -path /proc -prune -o -path /sys -prune -o -path /tmp -prune -o -path '/var/log/*' -prune \\
    -o -path '/var/lib/dpkg/*' -prune -o -path /run/vm -prune -o -print | sort; find /run | grep bunc || true; }
  files >/tmp/before
  ${typed('apt install')}
  command -v bunc
  bunc --version | head -n 1
  bunc try -- echo from a container
  mkdir -p /tmp/bundle/rootfs/bin
  cp /bin/busybox /tmp/bundle/rootfs/bin/sh
  bunc spec --bundle /tmp/bundle
  sed -i 's/"terminal": true/"terminal": false/' /tmp/bundle/config.json
  bunc run --bundle /tmp/bundle web </dev/null
  { ${typed('apt purge')} } >/tmp/said
  files >/tmp/after
  diff /tmp/before /tmp/after && echo nothing is left
`

machineTest(
  'x86_64',
  'in Debian, the package installs without force, makes containers, and leaves nothing',
  async () => {
    using outcome = await boot({
      kind: KINDS.uml,
      command: IN_DEBIAN,
      share: { [PACKAGES.amd64]: file },
      timeoutSeconds: 120,
    })
    const lines = ['/usr/bin/bunc', `bunc version ${VERSION}`, 'from a container', 'nothing is left', '']
    expect(outcome).toMatchObject({ output: lines.join('\n'), exitCode: 0 })
  },
)

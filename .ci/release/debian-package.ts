// A Debian package of an executable: deb(5) is an ar archive of two tar archives. What the texts in it say stands in
// debian-texts.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Entry, tar } from '#src/engines/tar.ts'
import { ar, gzip } from './archives.ts'
import type { Build, Target } from './build.ts'
import { changelog, control, copyright, OVERRIDES, POSTRM } from './debian-texts.ts'
import { shippedPackages } from './lockfile.ts'
import type { Pinned } from './lockfile.ts'

/** The version in Debian's words: before a release candidate stands a tilde, which sorts before nothing. */
function debianVersion({ version }: Build): string {
  return `${version.replace('-', '~')}-1`
}

/** The name of the file. */
export function debianName(build: Build, { arch }: Target): string {
  return `bunc_${debianVersion(build)}_${arch}.deb`
}

/** What one package is made from. `pages` runs bunc, for its manual page and its completions. */
export interface Contents {
  readonly target: Target
  readonly executable: Uint8Array
  readonly pages: (...words: string[]) => string
}

/** Takes what the release and the package are made from, gives the package. */
export function debianPackage(build: Build, contents: Contents): Uint8Array {
  const version = debianVersion(build)
  const { date } = build
  const files = filesOf(build, contents)
  const size = files.reduce((total, { content = '' }) => total + Math.ceil(content.length / 1_024), 0)
  const sums = files.map(({ path, content = '' }) => `${Bun.MD5.hash(content, 'hex')}  ${path}\n`)
  const scripts: Entry[] = [
    { path: 'control', content: control({ version, arch: contents.target.arch, size }) },
    { path: 'md5sums', content: sums.join('') },
    { path: 'postrm', content: POSTRM, executable: true },
  ]
  const pack = (entries: readonly Entry[]) => gzip(tar([{ path: '' }, ...entries], date), 6)
  const members = {
    'debian-binary': '2.0\n',
    'control.tar.gz': pack(scripts),
    'data.tar.gz': pack([...directoriesOf(files), ...files]),
  }
  return ar(members, date)
}

function filesOf(build: Build, { executable, pages }: Contents): Entry[] {
  const licences = shippedPackages(build.root, []).map((pinned) => ({
    ...pinned,
    text: licenceText(build.root, pinned),
  }))
  return [
    { path: 'usr/bin/bunc', content: executable, executable: true },
    { path: 'usr/share/bash-completion/completions/bunc', content: pages('completion', 'bash') },
    {
      path: 'usr/share/doc/bunc/changelog.Debian.gz',
      content: gzip(changelog(debianVersion(build), build.date), 9),
    },
    {
      path: 'usr/share/doc/bunc/changelog.gz',
      content: gzip(readFileSync(join(build.root, 'CHANGELOG.md'), 'utf8'), 9),
    },
    { path: 'usr/share/doc/bunc/copyright', content: copyright(Bun.version, licences) },
    { path: 'usr/share/fish/vendor_completions.d/bunc.fish', content: pages('completion', 'fish') },
    { path: 'usr/share/lintian/overrides/bunc', content: OVERRIDES },
    { path: 'usr/share/man/man8/bunc.8.gz', content: gzip(pages('man'), 9) },
    { path: 'usr/share/zsh/vendor-completions/_bunc', content: pages('completion', 'zsh') },
  ]
}

/** The licence that a package brings along: those of the MIT kind must be passed on with every copy. */
function licenceText(root: string, { path, name }: Pinned): string {
  const folder = join(root, path)
  const [file] = [...new Bun.Glob('LICENSE*').scanSync(folder)].toSorted()
  if (file === undefined) throw new Error(`Cannot pass on the licence of "${name}": its package has no file LICENSE`)
  return readFileSync(join(folder, file), 'utf8')
}

/** Takes files, gives the directories above them, each once and before those in it. */
function directoriesOf(files: readonly Entry[]): Entry[] {
  const paths = files.flatMap(({ path }) => {
    const parts = path.split('/').slice(0, -1)
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  })
  return [...new Set(paths)].toSorted().map((path) => ({ path }))
}

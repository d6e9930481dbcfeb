// Debian as a source of files: which archive this host uses, a root directory made of packages, a single package
// unpacked. The host's own apt configuration and package lists stay untouched. Knows nothing about machines.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tool } from '../tool.ts'
import { SUITE, UML_SUITES } from './packages.ts'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** A root directory made by `makeRoot`, and the Debian name of its architecture. */
export type Root = { readonly directory: string; readonly architecture: 'amd64' | 'arm64' }

/**
 * The Debian archive: BUNC_VM_MIRROR, or the one that the host's own apt is configured with.
 * @returns its URL, or undefined on a host that has neither
 */
export function archive(): string | undefined {
  if (process.env['BUNC_VM_MIRROR']) return process.env['BUNC_VM_MIRROR']
  if (!Bun.which('apt-get')) return undefined
  const fields = ['$(ORIGIN)', '$(LABEL)', '$(REPO_URI)'].join(' ')
  const targets = Bun.spawnSync(['apt-get', 'indextargets', '--format', fields, 'Created-By: Packages'])
  const lines = targets.stdout.toString().split('\n')
  return lines.find((line) => line.startsWith('Debian Debian '))?.replace(/^Debian Debian |\/$/g, '')
}

/**
 * Makes a root directory out of packages, in place of whatever stands at that path.
 * @param root where, and for which architecture
 * @param variant mmdebstrap's: `essential` runs the packages' scripts, `extract` only unpacks them
 * @param packages what to include
 * @param suites the releases that they may come from, the one to be preferred first
 * @throws Error when the archive cannot be reached or a package cannot be had
 */
export async function makeRoot(
  root: Root,
  variant: 'essential' | 'extract',
  packages: readonly string[],
  suites: readonly [string, ...string[]] = [SUITE, ...UML_SUITES],
) {
  const from = archive()
  if (from === undefined) throw new Error('Cannot find a Debian archive: apt names none, nor does BUNC_VM_MIRROR')
  const unread = ['man', 'doc', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
  const sources = [...new Set(suites)].map((suite) => `deb [signed-by=${KEYRING}] ${from} ${suite} main`)
  await rm(root.directory, { recursive: true, force: true })
  await tool([
    ...['mmdebstrap', '--quiet', '--mode=root', `--variant=${variant}`, `--architectures=${root.architecture}`],
    // Without a default release the newest version wins, and the root would be unstable's.
    ...['--aptopt=APT::Install-Recommends "false"', `--aptopt=APT::Default-Release "${suites[0]}"`, ...unread],
    // Unstable's index expires after a week, which a mirror that keeps a fixed day's state outlives.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    // The lists stay for `unpackPackage`.
    ...['--skip=cleanup/apt', `--include=${packages.join(',')}`, suites[0], root.directory, ...sources],
  ])
}

/**
 * Unpacks one package, without its dependencies, into a directory of its own.
 * @param root whose package lists to use
 * @param name package name, with `/suite` where it is not the default one
 * @param into a directory that does not exist yet
 * @throws Error when there is no such package
 */
export async function unpackPackage(root: Root, name: string, into: string) {
  const download = await mkdtemp(`${into}.`)
  try {
    await apt(root, ['apt-get', 'download', '-qq', name], download)
    const [file] = await readdir(download)
    await mkdir(into)
    await tool(['dpkg-deb', '-x', `${download}/${file}`, into])
  } finally {
    await rm(download, { recursive: true, force: true })
  }
}

/**
 * The package that a metapackage such as linux-image-cloud-amd64 stands for.
 * @param root whose package lists to use
 * @param name the metapackage
 * @returns the first dependency of that kind, with its suite
 */
export async function resolveMetapackage(root: Root, name: string): Promise<string> {
  const depends = await apt(root, ['apt-cache', 'depends', `${name}/${SUITE}`])
  const found = /Depends: (linux-image-\d\S+)/.exec(depends)?.[1]
  if (found === undefined) throw new Error(`Cannot resolve the metapackage "${name}": it depends on no kernel`)
  return `${found}/${SUITE}`
}

function apt(root: Root, argv: readonly string[], cwd?: string): Promise<string> {
  const [program = 'apt-get', ...rest] = argv
  const settings = [
    `Dir=${root.directory}`,
    `Dir::State::status=${root.directory}/var/lib/dpkg/status`,
    `APT::Architecture=${root.architecture}`,
    `APT::Architectures=${root.architecture}`,
    // Downloads go to a directory that only root may write.
    'APT::Sandbox::User=root',
  ]
  return tool([program, ...settings.flatMap((setting) => ['-o', setting]), ...rest], cwd)
}

// Brings the programs of the host that the chosen suites drive, where that is possible: as root, on a system with apt.
// Anywhere else it says what is missing and lets the tests skip.

import { PROGRAMS } from './packages.ts'

const APT = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-qq']

/** Installs what is missing for `suites`. Never fails: a test without its program is skipped with that reason. */
export function installMissing(suites: ReadonlySet<string>): void {
  const missing = missingPrograms(suites, (name) => Bun.which(name) !== null)
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(', ')
  if (process.getuid?.() !== 0 || Bun.which('apt-get') === null) {
    console.log(`Not installed, and only root can with apt-get: ${names}; what needs them is skipped`)
    return
  }
  console.log(`Installing ${names}`)
  apt('update')
  const known = missing.flatMap(({ packages }) => packages.find(isKnownToApt) ?? [])
  if (known.length > 0) apt('install', '--yes', '--no-install-recommends', ...new Set(known))
}

/** Takes suites and a way to look a program up, gives the programs of those suites that are not there. */
export function missingPrograms(suites: ReadonlySet<string>, present: (name: string) => boolean) {
  return Object.entries(PROGRAMS)
    .filter(([name, row]) => row.suites.some((suite) => suites.has(suite)) && !present(name))
    .map(([name, row]): { name: string; packages: readonly string[] } => ({ name, packages: row.packages }))
}

function isKnownToApt(name: string): boolean {
  return Bun.spawnSync(['apt-cache', 'show', '--no-all-versions', name], { stdout: 'ignore', stderr: 'ignore' }).success
}

function apt(...words: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { success, stderr } = Bun.spawnSync([...APT, ...words], { env, stdin: 'ignore', stdout: 'ignore' })
  if (!success) console.log(`apt-get ${words[0]} failed, so some tests may be skipped: ${stderr.toString().trim()}`)
}

// The guest's side, laid over a Debian root: the scripts that carry out the host's command, the files that Debian's
// installer would write, and a systemd that starts only what SYSTEMD_WANTS names. Knows nothing about kernels.
import { chmod, cp, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import type { Root } from './debian.ts'
import { SYSTEMD_WANTS } from './packages.ts'

const GUEST = `${import.meta.dir}/../guest`

/**
 * Lays the guest scripts and the system's basic files over a root.
 * @param root any root
 */
export async function addGuest({ directory }: Root) {
  await mkdir(`${directory}/usr/lib/vm`, { recursive: true })
  for (const script of ['init', 'run']) {
    await cp(`${GUEST}/${script}`, `${directory}/usr/lib/vm/${script}`)
    await chmod(`${directory}/usr/lib/vm/${script}`, 0o755)
  }
  await mkdir(`${directory}/share`)
  await Bun.write(`${directory}/etc/hostname`, 'vm\n')
  await Bun.write(`${directory}/etc/hosts`, '127.0.0.1 localhost vm\n')
  await Bun.write(`${directory}/etc/fstab`, '')
  await Bun.write(`${directory}/etc/machine-id`, `${'0123456789abcdef'.repeat(2)}\n`)
  for (const lists of ['var/lib/apt/lists', 'var/cache/apt']) {
    await rm(`${directory}/${lists}`, { recursive: true, force: true })
  }
}

/** Debian's base-passwd writes these when it is configured, which an unpacked root never is. */
export async function addAccounts({ directory }: Root) {
  for (const name of ['passwd', 'group']) {
    await cp(`${directory}/usr/share/base-passwd/${name}.master`, `${directory}/etc/${name}`)
  }
}

/**
 * Cuts systemd down to what SYSTEMD_WANTS names and the unit that runs the host's command, because a machine is
 * booted for every few tests and most of a stock boot is spent on what they never use.
 * @param root a root that has systemd
 */
export async function addSystemd({ directory }: Root) {
  const units = `${directory}/usr/lib/systemd/system`
  await removeWants(units)
  await removeWants(`${directory}/etc/systemd/system`)
  for (const kind of ['system', 'user']) await emptyDirectory(`${directory}/usr/lib/systemd/${kind}-generators`)
  for (const [target, wants] of Object.entries(SYSTEMD_WANTS)) {
    await mkdir(`${units}/${target}.wants`, { recursive: true })
    for (const unit of wants) await addWant(units, target, unit)
  }
  for (const unit of ['vm.service', 'vm.target']) await cp(`${GUEST}/${unit}`, `${units}/${unit}`)
  await Bun.write(`${directory}/etc/systemd/journald.conf.d/vm.conf`, '[Journal]\nStorage=volatile\nAudit=no\n')
}

async function addWant(units: string, target: string, unit: string) {
  if (!(await Bun.file(`${units}/${unit}`).exists()))
    throw new Error(`Cannot enable the unit "${unit}": Debian has none`)
  await symlink(`../${unit}`, `${units}/${target}.wants/${unit}`)
}

async function removeWants(units: string) {
  for (const name of await readdir(units)) {
    // User managers keep theirs: they are started by a test, not at boot.
    if (name.endsWith('.wants') && !name.startsWith('user')) await rm(`${units}/${name}`, { recursive: true })
  }
}

async function emptyDirectory(directory: string) {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory)
}

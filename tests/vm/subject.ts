// What the machines test: bunc, or one of its peers to validate the tests themselves. BUNC_TEST_RUNTIME names it,
// BUNC_TEST_BINARY another build of bunc, as everywhere in tests/.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Arch } from './machine.ts'
import { tool } from './tool.ts'

/** The root of the repository. */
export const REPOSITORY = resolve(import.meta.dir, '../..')

/** The runtime under test: its name, where it is in the guest, and what /share must have for that. */
export type Subject = {
  readonly name: string
  readonly path: string
  readonly share: Readonly<Record<string, string>>
}

/**
 * The runtime to be tested in a machine. The build of bunc for ARM, which nothing else needs, is made now.
 * @param arch the machine's architecture
 * @throws Error when that is bunc and it is not built, or cannot be
 */
export async function subjectFor(arch: Arch): Promise<Subject> {
  const name = process.env['BUNC_TEST_RUNTIME']?.split(',')[0] ?? 'bunc'
  if (name !== 'bunc') return { name, path: `/usr/bin/${name}`, share: {} }
  if (arch === 'aarch64') await buildForArm()
  const binary = buncFor(arch)
  if (!existsSync(binary)) throw new Error(`Cannot test bunc in a machine: "${binary}" is not built`)
  return { name, path: '/share/bunc', share: { bunc: binary } }
}

let armBuild: Promise<string> | undefined

/** Once in a process. One that is left from another day must not pass for this day's. */
function buildForArm(): Promise<string> {
  armBuild ??= tool([process.execPath, 'compile.ts', '--target', 'linux-arm64'], REPOSITORY)
  return armBuild
}

/** Where the build of bunc for an architecture is, or is to be. */
export function buncFor(arch: Arch): string {
  if (arch === 'aarch64') return `${REPOSITORY}/dist/bunc-linux-arm64`
  return resolve(process.env['BUNC_TEST_BINARY'] ?? `${REPOSITORY}/dist/bunc`)
}

/** What of the repository the guests have: what running a test takes. */
export const SHARED = [
  'README.md',
  'bunfig.toml',
  'docs',
  'ffi',
  'node_modules',
  'package.json',
  'src',
  'tests',
  'tsconfig.json',
] as const

/** The parts of the repository that running a test in a guest takes, by their names in /share. */
export function repositoryShare(): Record<string, string> {
  return Object.fromEntries(SHARED.map((name) => [name, `${REPOSITORY}/${name}`]))
}

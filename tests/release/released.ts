// A release, made as a person makes it, for the tests of one file. Knows the names of its files, not what is in them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as v from 'valibot'

import { TARGETS } from '#compile.ts'

/** The root of the repository. */
export const REPOSITORY = join(import.meta.dir, '../..')

/** The version in package.json. */
export const VERSION = v.parse(
  v.object({ version: v.string() }),
  JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')),
).version

/** The executables by target. */
export const EXECUTABLES = Object.keys(TARGETS).map((target) => `bunc-${target}`)

/** The Debian packages by architecture. */
export const PACKAGES = { amd64: `bunc_${VERSION}-1_amd64.deb`, arm64: `bunc_${VERSION}-1_arm64.deb` } as const

/** A directory of the temporary ones, removed when it is disposed of. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'bunc-test-release-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Makes a release below a directory, and gives the directory that it is in. Fails with what compile.ts says. */
export function makeReleaseIn(directory: string): string {
  const outdir = join(directory, 'release')
  run([process.execPath, 'compile.ts', '--release', '--outdir', outdir])
  return outdir
}

/** Runs a program to its end, gives its standard output. Fails with all that it says where it does not exit with 0. */
export function run(argv: readonly string[], cwd = REPOSITORY): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { cwd, stdin: 'ignore' })
  if (exitCode === 0) return stdout.toString()
  throw new Error(`Cannot run "${argv.join(' ')}": exit code ${exitCode}\n${stdout.toString()}${stderr.toString()}`)
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  return new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex')
}

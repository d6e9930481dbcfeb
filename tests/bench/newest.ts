// The peers as new as Debian has them, whatever the host's release has: those of unstable, with the libraries that they
// need, in a root directory that the benchmark moves to. bunc moves along, and takes its snapshot there.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { BINARY } from '#tests/support/requirements.ts'
import { makeRoot } from '#tests/vm/image/debian.ts'
import { inOwnMounts } from './stage.ts'

/** The runtimes, and what the benchmark calls; only unpacked. */
const PACKAGES = [
  ...['runc', 'crun', 'busybox-static', 'strace', 'procps'],
  ...['base-files', 'coreutils', 'dash', 'mount', 'util-linux'],
]
/** Directories of the host that are seen in the root, too. */
const SEEN = ['/proc', '/sys', '/dev', '/run', '/tmp', resolve(import.meta.dir, '../..')]
/** Set where the benchmark has moved already. */
const MOVED = 'BUNC_BENCH_MOVED'

/** Says what peers are measured, if not those of the host. */
export function peersText(): string[] {
  return process.env[MOVED] === undefined ? [] : ['runc and crun of Debian unstable, in a root directory of their own']
}

/**
 * Takes the path of a program and its arguments, runs it where Debian's newest peers are; gives its exit code, or undefined
 * where that is here. Fails where the packages cannot be had.
 */
export async function runWithNewest(program: string, args: readonly string[]): Promise<number | undefined> {
  if (process.env[MOVED] !== undefined) return undefined
  const place = mkdtempSync(join(tmpdir(), 'bunc-bench-'))
  try {
    const root = join(place, 'root')
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
    await makeRoot({ directory: root, architecture }, 'extract', PACKAGES, ['sid'])
    const inside = (argv: readonly string[], stdout: 'inherit' | 'ignore' = 'inherit') =>
      Bun.spawnSync(entering(root, argv), {
        stdio: ['inherit', stdout, 'inherit'],
        env: { ...process.env, [MOVED]: '1', BUNC_TEST_BINARY: join(place, 'bunc') },
      }).exitCode
    if (inside([resolve(BINARY), 'snapshot', '-o', join(place, 'bunc')], 'ignore') !== 0)
      throw new Error('Cannot take a snapshot for the libc of Debian unstable')
    return inside([process.execPath, program, ...args])
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** The command line that runs another one below a root directory. */
function entering(root: string, argv: readonly string[]): string[] {
  const seen = SEEN.map((path) => `mkdir -p ${root}${path} && mount --rbind ${path} ${root}${path}`)
  const script = [`mount --bind ${root} ${root}`, ...seen, `exec chroot ${root} "$0" "$@"`].join(' && ')
  return inOwnMounts(script, argv)
}

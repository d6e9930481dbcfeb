// The runtimes that the container tests drive: bunc and, to validate the tests themselves, runc and crun.
//
// BUNC_TEST_RUNTIME names those to take ("bunc,runc"); without it, bunc is taken and every peer that is installed.
// BUNC_TEST_BINARY names another build of bunc, BUNC_TEST_WITHOUT system calls ("openat2,clone3") that bunc has to do
// without. Knows how a program is found and asked for its version, not what a container is.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { BINARY } from './requirements.ts'
import { SEARCH_PATH } from './spawn.ts'

export type RuntimeName = 'bunc' | 'runc' | 'crun'

/** A runtime that can be driven: `argv` starts every one of its command lines. */
export interface Runtime {
  readonly name: RuntimeName
  readonly version: string
  readonly argv: readonly string[]
}

/** A runtime that was to be driven and cannot be, with the reason as a person reads it. */
export interface MissingRuntime {
  readonly name: RuntimeName
  readonly reason: string
}

const NAMES: readonly RuntimeName[] = ['bunc', 'runc', 'crun']

/** True where /sys/fs/cgroup itself is a cgroup v2 file system. */
export const unifiedCgroups = existsSync('/sys/fs/cgroup/cgroup.controllers')

const wanted = process.env['BUNC_TEST_RUNTIME']?.split(',')
const unknown = wanted?.filter((word) => !NAMES.some((name) => name === word)) ?? []
if (unknown.length > 0)
  throw new Error(`Cannot test "${unknown.join(',')}": BUNC_TEST_RUNTIME takes ${NAMES.join(',')}`)

const found = NAMES.filter((name) => wanted?.includes(name) ?? true).map(find)

/** Every runtime that the tests drive in this run. */
export const runtimes: readonly Runtime[] = found.filter((entry) => 'argv' in entry)

/** Every runtime that this run leaves out, with the reason. */
export const missingRuntimes: readonly MissingRuntime[] = found.filter((entry) => 'reason' in entry)

function find(name: RuntimeName): Runtime | MissingRuntime {
  const path = locate(name)
  if (path === undefined)
    return { name, reason: name === 'bunc' ? 'dist/bunc is not built' : `${name} is not installed` }
  if (name === 'crun' && unifiedCgroups && !maySetLimits())
    return { name, reason: 'on cgroup v2 crun raises RLIMIT_MEMLOCK, which takes CAP_SYS_RESOURCE' }
  const argv =
    name === 'crun'
      ? [...coveringHybridCgroups(), path]
      : [...(name === 'bunc' ? lackingCalls(process.env['BUNC_TEST_WITHOUT'] ?? '') : []), path]
  const { stdout, success } = Bun.spawnSync([...argv, '--version'], { timeout: 10_000, env: { PATH: SEARCH_PATH } })
  if (!success) return { name, reason: `"${path} --version" fails` }
  return { name, version: /version:? (\d+(?:\.\d+)*)/.exec(stdout.toString())?.[1] ?? '0', argv }
}

/** True where this process has CAP_SYS_RESOURCE, the 24th. */
function maySetLimits(): boolean {
  const [, mask = '0'] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${mask}`) >> 24n) & 1n) === 1n
}

function locate(name: RuntimeName): string | undefined {
  if (name !== 'bunc') return Bun.which(name, { PATH: SEARCH_PATH }) ?? undefined
  return existsSync(BINARY) ? BINARY : undefined
}

/**
 * crun refuses a hybrid layout where the v2 hierarchy owns a controller; it takes the same host as v1 when the v2
 * mount is out of its sight. A tmpfs covers it, in a mount namespace that ends with the command.
 */
function coveringHybridCgroups(): readonly string[] {
  const unified = '/sys/fs/cgroup/unified'
  if (!existsSync(`${unified}/cgroup.controllers`)) return []
  if (readFileSync(`${unified}/cgroup.controllers`, 'utf8').trim() === '') return []
  return ['unshare', '--mount', 'sh', '-c', `mount -t tmpfs none ${unified} && exec "$0" "$@"`]
}

/** Takes names of system calls ("openat2,clone3"), gives what starts a program as on a kernel that lacks them. */
export function lackingCalls(lacking: string): readonly string[] {
  return lacking === '' ? [] : [process.execPath, join(import.meta.dir, 'launch-without.ts'), lacking]
}

/** True where `version` is `least` or newer, compared number by number. */
export function atLeast(version: string, least: string): boolean {
  return Bun.semver.order(padded(version), padded(least)) >= 0
}

function padded(version: string): string {
  return [...version.split('.'), '0', '0'].slice(0, 3).join('.')
}

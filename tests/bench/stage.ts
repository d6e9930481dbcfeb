// A host on which all three runtimes run, and run the same way. crun refuses the hybrid layout of cgroups where the v2
// hierarchy owns a controller. There the benchmark moves to a mount namespace of its own and unmounts that hierarchy: all
// three then find a host of cgroup v1, at no cost to any of them. Other hosts are taken as they are.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const UNIFIED = '/sys/fs/cgroup/unified'

/** True where crun would refuse the host. */
function isRefusedByCrun(): boolean {
  const controllers = `${UNIFIED}/cgroup.controllers`
  return existsSync(controllers) && readFileSync(controllers, 'utf8').trim() !== ''
}

/**
 * Takes the path of a program and its arguments. Where the host has to be changed for it, runs it in a changed copy of
 * the mounts and gives its exit code; elsewhere does nothing and gives undefined.
 */
export function runOnStage(program: string, args: readonly string[]): number | undefined {
  if (!isRefusedByCrun()) return undefined
  // The tmpfs: crun makes a directory there all the same, which is not to be found by the host.
  const script = `umount ${UNIFIED} && mount -t tmpfs none ${UNIFIED} && exec "$0" "$@"`
  const { exitCode } = Bun.spawnSync(inOwnMounts(script, [process.execPath, program, ...args]), {
    stdio: ['inherit', 'inherit', 'inherit'],
    env: { ...process.env, [CHANGED]: '1' },
  })
  return exitCode
}

/**
 * Takes a shell script and a command line, which the script executes in the end as "$0" "$@". Gives the command line that
 * runs both in mounts of their own, which end with them.
 */
export function inOwnMounts(script: string, argv: readonly string[]): string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, ...argv]
}

const CHANGED = 'BUNC_BENCH_WITHOUT_UNIFIED'
const isChanged = () => process.env[CHANGED] !== undefined && !existsSync(`${UNIFIED}/cgroup.procs`)

/** Removes what crun has made in the place of the hierarchy that is not there. */
export function clearStage(): void {
  if (isChanged()) for (const name of readdirSync(UNIFIED)) rmSync(join(UNIFIED, name), { recursive: true })
}

/** Says what cgroups the runtimes find. */
export function stageText(): string {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'cgroup v2'
  if (!isChanged()) return 'cgroup v1'
  return 'cgroup v1 (a hybrid host whose v2 hierarchy is unmounted in a private mount namespace, for crun refuses it)'
}

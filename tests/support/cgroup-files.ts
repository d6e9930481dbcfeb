// Finds the kernel's own files of a process's cgroup, in version 1 and 2, so that a test reads what the kernel believes
// and not what a runtime prints. Knows nothing of limits.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const CGROUP_ROOT = '/sys/fs/cgroup'

/** The file `v1` or, where the process is under version 2, `v2` of the cgroup that `pid` is in for `controller`. */
export function cgroupFile(pid: number, controller: string, v1: string, v2: string): string {
  const old = hierarchyOf(pid, controller)
  return old === undefined ? join(cgroup2Dir(pid), v2) : join(old, v1)
}

/** What `cgroupFile` names, read, without the newline at its end. */
export function readCgroup(pid: number, controller: string, v1: string, v2: string): string {
  return readFileSync(cgroupFile(pid, controller, v1, v2), 'utf8').trimEnd()
}

/** The directory of the cgroup that `pid` is in for `controller`, in either version. */
export function cgroupDir(pid: number, controller: string): string {
  return hierarchyOf(pid, controller) ?? cgroup2Dir(pid)
}

/** True where the host has `controller` at all. */
export function hasController(controller: string): boolean {
  if (existsSync(join(CGROUP_ROOT, controller))) return true
  const path = join(CGROUP_ROOT, 'cgroup.controllers')
  return existsSync(path) && readFileSync(path, 'utf8').trim().split(' ').includes(controller)
}

/** The paths of a process, one for each hierarchy that can be seen and has one of its own, from where that is mounted. */
export function cgroupPaths(pid: number): string[] {
  const seen = linesOf(pid).filter(([id, controllers = '']) => id === '0' || existsSync(mountOf(controllers)))
  return [...new Set(seen.map(([, , path = '']) => path))]
}

function hierarchyOf(pid: number, controller: string): string | undefined {
  const line = linesOf(pid).find(([, controllers]) => controllers?.split(',').includes(controller))
  // The kernel lists also what is not mounted here.
  if (line?.[1] === undefined || !existsSync(mountOf(line[1]))) return undefined
  return join(mountOf(line[1]), line[2] ?? '')
}

function mountOf(controllers: string): string {
  return join(CGROUP_ROOT, controllers.replace(/^name=/, ''))
}

function cgroup2Dir(pid: number): string {
  return join(CGROUP_ROOT, linesOf(pid).find(([id]) => id === '0')?.[2] ?? '')
}

function linesOf(pid: number): string[][] {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
}

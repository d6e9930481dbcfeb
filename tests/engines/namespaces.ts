// Says of the namespaces of a process whose they are, in place of numbers that differ from run to run.
import { readlinkSync } from 'node:fs'

/** Every link in /proc/PID/ns but those for children, which a process may change without being in another. */
export const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const

/** A script that prints the namespaces of the process that runs it, one to a line. */
export const SHOW_NAMESPACES = `for name in ${NAMESPACES.join(' ')}; do readlink /proc/self/ns/$name; done`

/** `text` with each "type:[number]" replaced by "type: host" for this process's own, or by "type: private". */
export function namespaceOwners(text: string): string {
  return text.replace(/(\w+):\[\d+\]/g, (link, type) => `${type}: ${isOurs(type, link) ? 'host' : 'private'}`)
}

function isOurs(type: string, link: string): boolean {
  try {
    return readlinkSync(`/proc/self/ns/${type}`) === link
  } catch {
    // ENOENT: not a namespace, or one that this kernel does not have.
    return false
  }
}

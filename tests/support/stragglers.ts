// Processes that outlive the test file that started them. They are known by a variable of their environment, which is
// inherited through every fork and exec unless a program is given another one, whatever session they have moved to.

import { readdirSync, readFileSync } from 'node:fs'

/** The variable that holds the id of a whole run of the tests. */
export const RUN_VARIABLE = 'BUNC_TEST_RUN'
/** The variable that holds that id and the file. */
export const FILE_VARIABLE = 'BUNC_TEST_FILE'

/** A live process. */
export interface Straggler {
  readonly pid: number
  readonly command: string
}

/** Gives the live processes that were started with `variable` set to `value`, without this one and its ancestors. */
export function stragglers(variable: string, value: string): Straggler[] {
  const own = ancestry()
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && !own.has(pid) && carries(pid, `${variable}=${value}`))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() || read(pid, 'comm').trim() }))
}

/** Kills them, whatever they do meanwhile. */
export function killStragglers(list: readonly Straggler[]): void {
  for (const { pid } of list) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // ESRCH: it has ended by itself.
    }
  }
}

function carries(pid: number, entry: string): boolean {
  return `\0${read(pid, 'environ')}`.includes(`\0${entry}\0`)
}

function ancestry(): Set<number> {
  const own = new Set<number>()
  for (let pid = process.pid; pid > 0 && !own.has(pid); pid = parentOf(pid)) own.add(pid)
  return own
}

/** The name in the second field may hold spaces and brackets; the parent is the second field after the last bracket. */
function parentOf(pid: number): number {
  return Number(read(pid, 'stat').split(') ').at(-1)?.split(' ')[1] ?? 0)
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // ENOENT or ESRCH: the process ended while it was looked at. EACCES: it belongs to another user.
    return ''
  }
}

// What mends an error, where experience knows it. Brought in when something has failed, and never before: the table is long.
// docs/troubleshooting.md tells the same at length.

import { SyscallError } from '#ffi/error.ts'
import { type Hint, HINTS } from './hint-table.ts'

/** The Linux that brought each call without which something does not work. */
const SINCE: { readonly [syscall: string]: string } = {
  open_tree: '5.2',
  move_mount: '5.2',
  fsopen: '5.2',
  fsconfig: '5.2',
  fsmount: '5.2',
  clone3: '5.3',
  pidfd_open: '5.3',
  openat2: '5.6',
  pidfd_getfd: '5.6',
  mount_setattr: '5.12',
}

/** What any call can run out of, whatever it is for. */
const SCARCE: { readonly [errno: string]: string } = {
  ENOSPC: 'the disk is full, or has no inode left: df, df -i',
  EDQUOT: 'the quota of the disk is used up',
  EMFILE: 'bunc has as many files open as it may: raise ulimit -n',
  ENFILE: 'the host has as many files open as it can: see /proc/sys/fs/file-max',
}

function missingCall(syscall: string): string | undefined {
  const since = SINCE[syscall]
  return since === undefined ? undefined : `this needs Linux ${since} or newer, for ${syscall}(2)`
}

/** Takes an error, gives what may mend it. */
export function hintFor(error: unknown): string | undefined {
  if (!(error instanceof SyscallError)) return undefined
  const { syscall, errno } = error
  const known = HINTS.find((row) => row.syscall === syscall && applies(row, error))
  return known?.hint ?? (errno === 'ENOSYS' ? missingCall(syscall) : SCARCE[errno])
}

function applies({ errno, when, doing }: Hint, error: SyscallError): boolean {
  if (typeof errno === 'string' ? errno !== error.errno : !errno.includes(error.errno)) return false
  if (when !== undefined && !error.call.includes(when)) return false
  return doing === undefined || error.actions.some((action) => action.startsWith(doing))
}

// A host to hold configs against: what is in the table is there; cgroup v2, and root asks.

import type { Sys } from '#ffi/call.ts'
import { MAGIC } from '#ffi/calls/file.ts'
import { Fd } from '#ffi/fd.ts'
import { record } from '#ffi/perform/record.ts'
import { type Files, pretendedFiles } from '../pretended-files.ts'

/** What a host has that can run every container of these tests. */
export const HOST: Files = {
  '/srv/web/rootfs': 'directory',
  '/usr/bin/hook': 'file',
  '/etc/motd': 'file',
  '/proc/filesystems': 'nodev\ttmpfs\nnodev\tproc\n\text4\n',
  '/proc/self/uid_map': '0 0 4294967295\n',
  '/proc/self/gid_map': '0 0 4294967295\n',
  '/proc/sys/kernel/cap_last_cap': '40\n',
  '/proc/sys/kernel/seccomp/actions_avail': 'kill_process kill_thread trap errno user_notif trace log allow\n',
  '/proc/sys/kernel/shmmax': '1',
  '/proc/sys/user/max_user_namespaces': '1000\n',
  '/sys/fs/cgroup': 'directory',
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
  ...Object.fromEntries(
    ['pid', 'net', 'mnt', 'ipc', 'uts', 'user', 'cgroup', 'time'].map((name) => [`/proc/self/ns/${name}`, 'file']),
  ),
}

const EXECUTABLE = '/usr/bin/hook'

/** Takes what differs from HOST, undefined for what is not there, and who asks. Gives a performer. */
export function host(change: Readonly<Record<string, string | undefined>> = {}, user = 0): Sys {
  const changed = { ...HOST, ...change }
  const files = Object.fromEntries(
    Object.entries(changed).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  )
  const answers = pretendedFiles(files, (call) => {
    const [file] = call.operands()
    const label = file instanceof Fd ? file.label : ''
    switch (call.name) {
      case 'geteuid':
        return user
      case 'fstatfs':
        return { magic: MAGIC.cgroup2, flags: 0 }
      case 'fstat':
        return { type: files[label] === 'directory' ? 'directory' : 'file', mode: label === EXECUTABLE ? 0o755 : 0o644 }
      default:
        return undefined
    }
  })
  return record((_, call) => answers(call)).here
}

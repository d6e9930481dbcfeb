// The host that transcripts are made on. It has cgroup v2 alone, a kernel of 41 capabilities, and an image with little in
// it; what it answers to calls is the program's own knowledge (src/explain).

import type { Answers } from '#ffi/perform/record.ts'
import { answersOf } from '#src/explain/pretended-host.ts'

/** What differs from case to case. */
export interface HostChoices {
  /** Where getcwd(2) finds the process. */
  readonly cwd: string
}

const CONTROLLERS = 'cpuset cpu io memory pids\n'

/** Files by path. The process that a container begins with has whatever pid it gets. */
const FILES: readonly (readonly [path: RegExp, text: string])[] = [
  [/^\/proc\/\d+\/stat$/, `101 (bunc:[init]) S ${Array.from({ length: 18 }, () => 0).join(' ')} 4242\n`],
  [/^\/proc\/\d+\/setgroups$/, 'allow\n'],
  [/^\/proc\/self\/cgroup$/, '0::/user.slice/session-1.scope\n'],
  [/^\/proc\/self\/mountinfo$/, '22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n'],
  [/^\/proc\/sys\/kernel\/cap_last_cap$/, '40\n'],
  [/^\/sys\/module\/apparmor\/parameters\/enabled$/, 'Y\n'],
  [/^\/sys\/fs\/cgroup\/cgroup\.controllers$/, CONTROLLERS],
  [/^\/sys\/kernel\/cgroup\/delegate$/, 'cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n'],
  [/\/cgroup\.(controllers|type)$/, ''],
  [/^\/etc\/passwd$/, 'root:x:0:0:root:/root:/bin/sh\n'],
]

/** Not there: on the host, or in the container. */
const ABSENT = [/^\/proc\/(asound|scsi|sched_debug|timer_stats|latency_stats)$/, /^\/sys\/fs\/cgroup\/cgroup\.type$/]
/** What is a file although its name has no dot; everything else without one is a directory. */
const FILES_BY_NAME = [
  'true',
  'sh',
  'server',
  'docker-entrypoint.sh',
  'kcore',
  'keys',
  'timer_list',
  'hostname',
  'hosts',
]

/** Gives the answers of the host. */
export function transcriptHost({ cwd }: HostChoices): Answers {
  return answersOf({
    cwd,
    user: { uid: 0, gid: 0 },
    userNamespace: 'user:[4026531837]',
    text: (label) => FILES.find(([path]) => path.test(label))?.[1] ?? '',
    refusal: (call) => (ABSENT.some((path) => path.test(String(call.operands()[1]))) ? 'ENOENT' : undefined),
    typeOf: (label) => (FILES_BY_NAME.includes(label.slice(label.lastIndexOf('/') + 1)) ? 'file' : undefined),
    linkOf: () => undefined,
    isUnified: () => true,
  })
}

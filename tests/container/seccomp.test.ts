// linux.seccomp: which system calls a profile speaks of, seen by programs that make them. What happens to those is in
// seccomp-actions.test.ts.
import { expect } from 'bun:test'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, needing } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_CAPABILITIES } from '#tests/support/spec.ts'
import type { SeccompRule, Spec } from '#tests/support/spec.ts'

const seccomp = needing('seccomp')

/** The calls behind mkdir(1) on every architecture. */
const MKDIR = ['mkdir', 'mkdirat']

/** A profile that allows everything but what `rules` say. */
const allowing = (...rules: readonly SeccompRule[]): Spec => ({
  linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: rules } },
})

/** What mkdir(1) says under a profile. */
const mkdir = (box: Box, spec: Spec) => box.shell('mkdir /tmp/made 2>&1; true', spec)

containerTest(
  'a rule for one call leaves the others alone',
  async (box) => {
    const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO' })
    expect(await box.shell('touch /tmp/made && rm /tmp/made && echo fine', spec)).toBe('fine\n')
  },
  seccomp,
)

containerTest(
  'a rule for a call that nobody knows is passed over',
  async (box) => {
    const spec = allowing({ names: ['no_such_call', ...MKDIR], action: 'SCMP_ACT_ERRNO' })
    expect(await mkdir(box, spec)).toContain('Operation not permitted')
  },
  seccomp,
)

/** What a static busybox needs to print and to end, and what the runtimes need to hand over. */
const NEEDED = [
  ...['access', 'arch_prctl', 'brk', 'capget', 'capset', 'chdir', 'clone', 'clone3', 'close', 'close_range', 'dup'],
  ...['dup2', 'dup3', 'epoll_create1', 'epoll_ctl', 'epoll_pwait', 'execve', 'execveat', 'exit', 'exit_group'],
  ...['faccessat', 'faccessat2', 'fchdir', 'fcntl', 'fstat', 'fstatfs', 'futex', 'getcwd', 'getdents64', 'getegid'],
  ...['geteuid', 'getgid', 'getpgrp', 'getpid', 'getppid', 'getrandom', 'gettid', 'getuid', 'ioctl', 'lseek', 'lstat'],
  ...['madvise', 'mmap', 'mprotect', 'munmap', 'nanosleep', 'newfstatat', 'open', 'openat', 'pipe', 'pipe2', 'poll'],
  ...['prctl', 'pread64', 'prlimit64', 'read', 'readlink', 'readlinkat', 'rseq', 'rt_sigaction', 'rt_sigprocmask'],
  ...['rt_sigreturn', 'sched_getaffinity', 'sched_yield', 'set_robust_list', 'set_tid_address', 'setgid', 'setgroups'],
  ...['setuid', 'sigaltstack', 'stat', 'statfs', 'statx', 'tgkill', 'umask', 'uname', 'vfork', 'wait4', 'write'],
  ...['writev', 'rt_sigsuspend', 'getpgid', 'setpgid', 'restart_syscall', 'clock_nanosleep', 'fsync', 'sendto'],
]

/** A profile that refuses everything but what a shell needs, with defaultErrnoRet where it is given. */
const refusing = (more: { readonly defaultErrnoRet?: number; readonly rules?: readonly SeccompRule[] } = {}): Spec => ({
  linux: {
    seccomp: {
      defaultAction: 'SCMP_ACT_ERRNO',
      ...(more.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: more.defaultErrnoRet }),
      syscalls: [{ names: NEEDED, action: 'SCMP_ACT_ALLOW' }, ...(more.rules ?? [])],
    },
  },
})

containerTest(
  'a profile that allows a list refuses what is not in it',
  async (box) => {
    expect(await mkdir(box, refusing())).toContain('Operation not permitted')
    expect(await box.shell('echo fine', refusing())).toBe('fine\n')
  },
  seccomp,
)

containerTest(
  'defaultErrnoRet is the errno of what is not in the list',
  async (box) => {
    expect(await mkdir(box, refusing({ defaultErrnoRet: 38 }))).toContain('Function not implemented')
  },
  seccomp,
)

containerTest(
  'a call that is added to the list is allowed',
  async (box) => {
    const spec = refusing({ rules: [{ names: MKDIR, action: 'SCMP_ACT_ALLOW' }] })
    expect(await box.shell('mkdir /tmp/made && echo made', spec)).toBe('made\n')
  },
  seccomp,
)

containerTest(
  'a profile that allows nothing, not even to end, keeps nobody waiting',
  async (box) => {
    const { code } = await box.run({ linux: { seccomp: { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [] } } })
    // runc says so, with 1; the process of crun dies by SIGSEGV, that of bunc by SIGILL.
    expect([1, 132, 139]).toContain(code)
  },
  seccomp,
)

/** personality(2) is called with 8 by linux32(1) and with 0 by linux64(1): who of them is refused? */
const COMPARISONS = [
  { op: 'SCMP_CMP_EQ', value: 8, refused: ['linux32'] },
  { op: 'SCMP_CMP_NE', value: 8, refused: ['linux64'] },
  { op: 'SCMP_CMP_LT', value: 8, refused: ['linux64'] },
  { op: 'SCMP_CMP_LE', value: 8, refused: ['linux32', 'linux64'] },
  { op: 'SCMP_CMP_LE', value: 7, refused: ['linux64'] },
  { op: 'SCMP_CMP_GT', value: 0, refused: ['linux32'] },
  { op: 'SCMP_CMP_GT', value: 8, refused: [] },
  { op: 'SCMP_CMP_GE', value: 8, refused: ['linux32'] },
  { op: 'SCMP_CMP_GE', value: 9, refused: [] },
  { op: 'SCMP_CMP_MASKED_EQ', value: 0xc, valueTwo: 8, refused: ['linux32'] },
  { op: 'SCMP_CMP_MASKED_EQ', value: 0xf0, valueTwo: 0, refused: ['linux32', 'linux64'] },
  { op: 'SCMP_CMP_EQ', value: 2 ** 32 + 8, refused: [] },
  { op: 'SCMP_CMP_LT', value: 2 ** 32, refused: ['linux32', 'linux64'] },
]

/** Which of linux32 and linux64 cannot change its personality. */
async function refusedPersonalities(box: Box, spec: Spec): Promise<string[]> {
  const out = await box.shell(
    'linux32 true 2>&1 || echo refused linux32; linux64 true 2>&1 || echo refused linux64',
    spec,
  )
  return [...out.matchAll(/^refused (.*)$/gm)].map(([, name = '']) => name)
}

for (const { refused, ...comparison } of COMPARISONS) {
  const title = `${comparison.op} ${comparison.value}${'valueTwo' in comparison ? ` ${comparison.valueTwo}` : ''}`
  containerTest(
    `an argument is compared by ${title}`,
    async (box) => {
      const args = [{ index: 0, ...comparison }]
      const spec = allowing({ names: ['personality'], action: 'SCMP_ACT_ERRNO', args })
      expect(await refusedPersonalities(box, spec)).toEqual(refused)
    },
    seccomp,
  )
}

containerTest(
  'comparisons of different arguments must all hold',
  async (box) => {
    const args = [
      { index: 0, op: 'SCMP_CMP_EQ', value: 8 },
      { index: 1, op: 'SCMP_CMP_EQ', value: 1234 },
    ]
    const spec = allowing({ names: ['personality'], action: 'SCMP_ACT_ERRNO', args })
    expect(await refusedPersonalities(box, spec)).toEqual([])
  },
  seccomp,
)

containerTest(
  'of comparisons of the same argument one must hold',
  async (box) => {
    const args = [
      { index: 0, op: 'SCMP_CMP_EQ', value: 8 },
      { index: 0, op: 'SCMP_CMP_EQ', value: 0 },
    ]
    const spec = allowing({ names: ['personality'], action: 'SCMP_ACT_ERRNO', args })
    expect(await refusedPersonalities(box, spec)).toEqual(['linux32', 'linux64'])
  },
  seccomp,
)

containerTest(
  'two rules for one call with different arguments both hold',
  async (box) => {
    const rule = (value: number) => ({
      names: ['personality'],
      action: 'SCMP_ACT_ERRNO',
      args: [{ index: 0, op: 'SCMP_CMP_EQ', value }],
    })
    expect(await refusedPersonalities(box, allowing(rule(8), rule(0)))).toEqual(['linux32', 'linux64'])
  },
  seccomp,
)

containerTest(
  'the kernel says that a filter is in place',
  async (box) => {
    const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO' })
    expect(await box.shell("grep '^Seccomp:' /proc/self/status | cut -f2", spec)).toBe('2\n')
    expect(await box.shell("grep '^Seccomp:' /proc/self/status | cut -f2")).toBe('0\n')
  },
  seccomp,
)

containerTest(
  'exec is under the profile of the container',
  async (box) => {
    await box.running(allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO' }))
    expect(await box.execShell('mkdir /tmp/made 2>&1; true')).toContain('Operation not permitted')
  },
  seccomp,
)

for (const noNewPrivileges of [true, false]) {
  containerTest(
    `a profile holds for a user without capabilities and with noNewPrivileges ${noNewPrivileges}`,
    async (box) => {
      const process = { user: { uid: 1000, gid: 1000 }, noNewPrivileges }
      const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 30 })
      expect(await mkdir(box, { ...spec, process })).toContain('Read-only file system')
    },
    seccomp,
  )
}

containerTest(
  'a profile with noNewPrivileges need not allow what the runtime does before',
  async (box) => {
    // Not setuid and its like: busybox itself calls them when it starts.
    const names = ['capset', 'setgroups', 'mount', 'umount2', 'unshare', 'keyctl', 'pivot_root', 'sethostname']
    const spec = allowing({ names, action: 'SCMP_ACT_KILL_PROCESS' })
    const process = { noNewPrivileges: true, capabilities: { bounding: DEFAULT_CAPABILITIES } }
    expect(await box.shell('echo fine', { ...spec, process })).toBe('fine\n')
  },
  seccomp,
)

containerTest(
  'several architectures of one profile are no error',
  async (box) => {
    const architectures = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']
    const syscalls = [{ names: MKDIR, action: 'SCMP_ACT_ERRNO' }]
    const linux = { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', architectures, syscalls } }
    expect(await mkdir(box, { linux })).toContain('Operation not permitted')
  },
  seccomp,
)

const ERRNO_MKDIR = { names: MKDIR, action: 'SCMP_ACT_ERRNO' }
const LIKE = [{ index: 0, value: 1, op: 'SCMP_CMP_LIKE' }]

const BROKEN = [
  { title: 'an action', profile: { defaultAction: 'SCMP_ACT_WISH' }, text: /SCMP_ACT_WISH/ },
  {
    title: 'an architecture',
    profile: { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_ABACUS'], syscalls: [ERRNO_MKDIR] },
    text: /ABACUS/i,
  },
  {
    title: 'an operator',
    profile: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ ...ERRNO_MKDIR, args: LIKE }] },
    text: /SCMP_CMP_LIKE/,
    but: [lacks('crun', 'names its own function and not the operator')],
  },
]

for (const { title, profile, text, but = [] } of BROKEN) {
  const check = async (box: Box) => {
    assertRefused(await box.create({ linux: { seccomp: profile } }), text)
    expect(box.stateIds()).toEqual([])
  }
  containerTest(`create refuses ${title} of seccomp that nobody knows`, check, seccomp, ...but)
}

containerTest(
  'create refuses an argument of seccomp beyond the sixth',
  async (box) => {
    const args = [{ index: 6, value: 1, op: 'SCMP_CMP_EQ' }]
    const outcome = await box.create(allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO', args }))
    expect(outcome.code).not.toBe(0)
    expect(box.stateIds()).toEqual([])
  },
  seccomp,
)

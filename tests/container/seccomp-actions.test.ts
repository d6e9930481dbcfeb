// The actions of linux.seccomp: what happens to a system call, seen by the program that makes it. SCMP_ACT_NOTIFY, which
// needs somebody to answer, is in seccomp-notify.test.ts.
import { expect } from 'bun:test'

import { type Box, succeeded } from '#tests/support/box.ts'
import { containerTest, needing } from '#tests/support/container-test.ts'
import { DEFAULT_MOUNTS } from '#tests/support/spec.ts'
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
  'SCMP_ACT_ERRNO fails a call with EPERM',
  async (box) => {
    const out = await mkdir(box, allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO' }))
    expect(out).toBe("mkdir: can't create directory '/tmp/made': Operation not permitted\n")
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_ERRNO fails a call with the errno of errnoRet',
  async (box) => {
    const out = await mkdir(box, allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 30 }))
    expect(out).toBe("mkdir: can't create directory '/tmp/made': Read-only file system\n")
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_ERRNO with errnoRet 0 makes a call do nothing and succeed',
  async (box) => {
    const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 0 })
    expect(await box.shell('mkdir /tmp/made && test -d /tmp/made || echo missing', spec)).toBe('missing\n')
  },
  seccomp,
)

for (const action of ['SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_TRAP']) {
  containerTest(
    `${action} ends the process with SIGSYS`,
    async (box) => {
      expect(await box.shell('(mkdir /tmp/made); echo $?', allowing({ names: MKDIR, action }))).toContain('159\n')
    },
    seccomp,
  )
}

containerTest(
  'a container whose first process is killed by seccomp ends with code 159',
  async (box) => {
    const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_KILL_PROCESS' })
    expect((await box.run({ ...spec, process: { args: ['mkdir', '/tmp/made'] } })).code).toBe(159)
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_LOG lets a call through',
  async (box) => {
    const spec = allowing({ names: MKDIR, action: 'SCMP_ACT_LOG' })
    expect(await box.shell('mkdir /tmp/made && test -d /tmp/made && echo made', spec)).toBe('made\n')
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_TRACE without a tracer fails a call with ENOSYS',
  async (box) => {
    const out = await mkdir(box, allowing({ names: MKDIR, action: 'SCMP_ACT_TRACE' }))
    expect(out).toContain('Function not implemented')
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_TRACE with errnoRet fails a call with ENOSYS all the same: the number is for a tracer',
  async (box) => {
    const out = await mkdir(box, allowing({ names: MKDIR, action: 'SCMP_ACT_TRACE', errnoRet: 30 }))
    expect(out).toContain('Function not implemented')
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_TRAP sends a signal that a program can catch, and does not make the call',
  async (box) => {
    const spec = allowing({ names: ['chdir'], action: 'SCMP_ACT_TRAP' })
    // In the shell itself: a signal to a child would end that.
    const out = await box.shell("trap 'echo caught' SYS; cd /tmp; readlink /proc/self/cwd", spec)
    expect(out).toContain('caught\n')
    expect(out).toEndWith('/\n')
  },
  seccomp,
)

containerTest(
  'SCMP_ACT_ALLOW with conditions is no exception from a rule that has none',
  async (box) => {
    const args = [{ index: 0, op: 'SCMP_CMP_EQ', value: 8 }]
    const refused = { names: ['personality'], action: 'SCMP_ACT_ERRNO' }
    const spec = allowing(refused, { names: ['personality'], action: 'SCMP_ACT_ALLOW', args })
    expect(await box.shell('linux32 true 2>&1 || echo refused', spec)).toContain('refused')
  },
  seccomp,
)

/** A program with a second thread, which makes a directory; the first one says half a second later that it is there. */
const THREADS = `
  new Worker(URL.createObjectURL(new Blob(["require('node:fs').mkdirSync('/tmp/made')"])))
  setTimeout(() => {
    require('node:fs').writeSync(1, 'the other thread lives\\n')
    process.kill(process.pid, 'SIGKILL')
  }, 500)
`

/** The program that runs this test, with the libraries that it needs. */
const BUN_MOUNTS = [
  ...DEFAULT_MOUNTS,
  ...['/lib', '/lib64'].map((path) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] })),
  { destination: '/bun', type: 'bind', source: process.execPath, options: ['bind', 'ro'] },
]

/** What a program with two threads says, and how it ends, if one of them makes a call that is met with `action`. */
function threads(box: Box, action: string): Promise<string> {
  const spec = allowing({ names: MKDIR, action })
  const args = ['sh', '-c', `/bun -e "$0" 2>/dev/null; echo "ended with $?"`, THREADS]
  return box.run({ ...spec, mounts: BUN_MOUNTS, process: { args } }).then(succeeded)
}

for (const action of ['SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD'])
  containerTest(
    `${action} ends the thread alone`,
    async (box) => {
      expect(await threads(box, action)).toBe('the other thread lives\nended with 137\n')
    },
    seccomp,
  )

containerTest(
  'SCMP_ACT_KILL_PROCESS ends all threads',
  async (box) => {
    expect(await threads(box, 'SCMP_ACT_KILL_PROCESS')).toBe('ended with 159\n')
  },
  seccomp,
)

// `doctor`: what it says of this host holds, and nothing is left of the looking.

import { expect } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'

const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

interface Verdict {
  readonly subject: string
  readonly verdict: string
}

interface Diagnosis {
  readonly part: string
  readonly verdicts: readonly Verdict[]
}

const verdictOf = (diagnoses: readonly Diagnosis[], subject: string) =>
  diagnoses.flatMap(({ verdicts }) => verdicts).find((one) => one.subject === subject)?.verdict

containerTest(
  'doctor finds that containers can run where these tests run them',
  async (box) => {
    const { code, stdout } = await box.call(['doctor', '--json'])
    const { canRun, diagnoses } = JSON.parse(stdout)
    expect({ code, canRun }).toEqual({ code: 0, canRun: true })
    for (const subject of ['pid namespace', 'mount namespace', 'cgroups', 'proc', 'tmpfs', 'mount_setattr'])
      expect([subject, verdictOf(diagnoses, subject)]).toEqual([subject, 'works'])
    // Docker's own profile is installed by other tests.
    expect(verdictOf(diagnoses, 'seccomp')).toBe('works')
  },
  ...ALONE,
)

containerTest(
  'doctor leaves no cgroup and no process behind',
  async (box) => {
    const { code } = await box.call(['doctor'])
    expect(code).toBe(0)
    const tops = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`)]
    const lists = () => tops.filter((path) => existsSync(`${path}/cgroup.procs`)).flatMap((path) => readdirSync(path))
    // The other tests of this file look at the same time, each for as long as its own looking takes.
    await eventually('no cgroup of doctor', () => !lists().some((name) => name.startsWith('bunc-doctor')), 30_000)
  },
  ...ALONE,
)

containerTest(
  'doctor finds that containers cannot run without privilege, and says what mends it',
  async (box) => {
    const { code, stdout } = await box.program([
      ...['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'],
      ...['--', ...box.runtime.argv, 'doctor'],
    ])
    expect(code).toBe(1)
    expect(stdout).toEndWith('\nContainers cannot run here.\n')
    expect(stdout).toMatch(/^ {2}missing {2}privilege +root without CAP_SYS_ADMIN/m)
    expect(stdout).toMatch(/^ {2}missing {2}mount namespace .*EPERM.*\n +mend: run bunc as root/m)
  },
  ...ALONE,
)

// `selftest`: on a host where all the other tests pass, every promise is kept; where nothing can be made, none is.

import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'

import { hasController } from '#tests/support/cgroup-files.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'

const LIMITS = {
  memory: 'is stopped by the out-of-memory killer at its memory limit',
  pids: 'makes as many processes as its limit allows, and no more',
}
/** The promises that the host cannot keep. */
const LIMITS_MISSING = Object.entries(LIMITS).flatMap(([name, promise]) => (hasController(name) ? [] : [promise]))
const ALONE = [lacks('runc', 'has no such command'), lacks('crun', 'has no such command')]

containerTest(
  'selftest keeps every promise in ten seconds, as TAP and as JUnit',
  async (box) => {
    const file = box.path('report.xml')
    const begun = performance.now()
    const { code, stdout } = await box.call(['selftest', '--junit', file])
    expect(performance.now() - begun).toBeLessThan(10_000)
    const [version, plan, ...lines] = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([])
    expect({ code, version, plan }).toEqual({ code: 0, version: 'TAP version 14', plan: `1..${lines.length}` })
    expect(lines.length).toBeGreaterThan(20)
    expect(readFileSync(file, 'utf8')).toContain(`tests="${lines.length}" failures="0"`)
  },
  only(LIMITS_MISSING.length === 0, 'the memory and the pids controller'),
  ...ALONE,
)

containerTest(
  'selftest breaks only the promises of limits where a controller is missing',
  async (box) => {
    const { code, stdout } = await box.call(['selftest'])
    const broken = [...stdout.matchAll(/^not ok \d+ - a container (.*)$/gm)].map(([, promise]) => promise)
    expect({ code, broken }).toEqual({ code: 1, broken: LIMITS_MISSING })
  },
  only(LIMITS_MISSING.length > 0, 'a host without the memory or the pids controller'),
  ...ALONE,
)

containerTest(
  'selftest breaks where containers cannot be made, says why for each promise, and ends with 1',
  async (box) => {
    const { code, stdout } = await box.program([
      ...['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'],
      ...['--', ...box.runtime.argv, '--root', box.root, 'selftest'],
    ])
    expect(code).toBe(1)
    const lines = stdout.split('\n')
    expect(lines.filter((line) => line.startsWith('not ok ')).length).toBeGreaterThan(20)
    expect(stdout).toContain('= EPERM (operation not permitted)')
  },
  ...ALONE,
)

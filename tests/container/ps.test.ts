// `ps`: the processes of a container as the host sees them.
import { expect } from 'bun:test'

import { containerTest, lacks } from '#tests/support/container-test.ts'

containerTest('ps --format json gives the host pids of all processes', async (box) => {
  const pid = await box.running({ process: { args: ['sleep', '1000'] } })
  await box.ok(['exec', '--detach', '--pid-file', box.path('pid'), box.name, 'sleep', '1000'])
  const second = Number((await box.program(['cat', box.path('pid')])).stdout)
  const pids = JSON.parse(await box.ok(['ps', '--format', 'json', box.name]))
  expect(new Set(pids)).toEqual(new Set([pid, second]))
})

containerTest(
  'ps prints what ps -ef prints of the processes of the container alone',
  async (box) => {
    const pid = await box.running({ process: { args: ['sleep', '1234'] } })
    const lines = (await box.ok(['ps', box.name])).trim().split('\n')
    expect(lines.length).toBe(2)
    expect(lines[0]).toContain('PID')
    expect(lines[1]?.split(/\s+/)[1]).toBe(String(pid))
    expect(lines[1]).toContain('sleep 1234')
  },
  lacks('crun', 'prints a column of pids'),
)

containerTest(
  'ps hands further arguments to ps',
  async (box) => {
    const pid = await box.running({ process: { args: ['sleep', '1234'] } })
    const lines = (await box.ok(['ps', box.name, '-o', 'pid,args'])).trim().split('\n')
    expect(lines.map((line) => line.trim())).toEqual(['PID COMMAND', `${pid} sleep 1234`])
  },
  lacks('crun', 'takes no arguments for ps'),
)

containerTest('ps of a container that has stopped names no process', async (box) => {
  await box.running({ process: { args: ['true'] } })
  await box.reaches('stopped')
  const { code, stdout } = await box.call(['ps', '--format', 'json', box.name])
  expect(code === 0 ? (JSON.parse(stdout) ?? []) : []).toEqual([])
})

// `run`: the one command that makes a container, starts it, waits for it and deletes it.
import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { crunUnknown } from '#tests/support/peer-lacks.ts'
import { assertRefused } from '#tests/support/refusals.ts'

const SHARED_PIDS = ['ipc', 'uts', 'mount'].map((type) => ({ type }))

containerTest('run gives the exit code of the container', async (box) => {
  expect((await box.run({ process: { args: ['sh', '-c', 'exit 42'] } })).code).toBe(42)
})

containerTest('run gives 128 plus the number of the signal that ends the container from outside', async (box) => {
  box.configure({ process: { args: ['sleep', '1000'] } })
  const { done } = box.spawn(['run', '--bundle', box.bundleDir, box.name])
  await eventually('a running container', async () => (await box.call(['state', box.name])).stdout.includes('running'))
  await box.ok(['kill', box.name, 'KILL'])
  expect((await done).code).toBe(137)
})

containerTest('run gives 128 plus the number of the signal that the container sends to itself', async (box) => {
  const process = { args: ['sh', '-c', 'kill -TERM $$'] }
  expect((await box.run({ process, linux: { namespaces: SHARED_PIDS } })).code).toBe(143)
})

containerTest(
  'run deletes the container when it ends',
  async (box) => {
    expect((await box.run()).code).toBe(0)
    expect(box.stateIds()).toEqual([])
    assertRefused(await box.call(['state', box.name]), /does not exist/)
  },
  crunUnknown,
)

containerTest(
  'run --keep leaves a stopped container behind',
  async (box) => {
    box.configure()
    await box.ok(['run', '--keep', '--bundle', box.bundleDir, box.name])
    expect((await box.state()).status).toBe('stopped')
    await box.ok(['delete', box.name])
  },
  lacks('crun', 'has no --keep', { until: '1.9' }),
)

containerTest('run forwards SIGTERM to the container and ends as the container ends', async (box) => {
  const ready = box.path('bundle/rootfs/tmp/ready')
  const script = 'trap "exit 7" TERM; touch /tmp/ready; while :; do sleep 0.05; done'
  box.configure({ process: { args: ['sh', '-c', script] } })
  const { pid, done } = box.spawn(['run', '--bundle', box.bundleDir, box.name])
  await eventually('the trap to be set', () => existsSync(ready))
  process.kill(pid, 'SIGTERM')
  expect((await done).code).toBe(7)
})

containerTest('run --detach returns while the container runs', async (box) => {
  const pid = await box.running()
  expect(await box.state()).toMatchObject({ status: 'running', pid })
  expect(existsSync(`/proc/${pid}`)).toBe(true)
})

containerTest('run --pid-file writes the pid and no newline', async (box) => {
  const pid = await box.running()
  expect(readFileSync(box.path(`${box.name}.pid`), 'utf8')).toBe(String(pid))
  expect(pid).toBe((await box.state()).pid)
})

containerTest('run takes the working directory for the bundle', async (box) => {
  box.configure({ process: { args: ['echo', 'hello'] } })
  expect(await box.ok(['run', box.name], { cwd: box.bundleDir })).toBe('hello\n')
})

containerTest('run refuses the id of a container that runs and leaves that container alone', async (box) => {
  const pid = await box.running()
  assertRefused(await box.call(['run', '--bundle', box.bundleDir, box.name]), /exist/)
  expect(await box.state()).toMatchObject({ status: 'running', pid })
})

containerTest('run keeps standard output and standard error apart', async (box) => {
  const outcome = await box.run({ process: { args: ['sh', '-c', 'echo out; echo err >&2'] } })
  expect(outcome).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' })
})

// --pidfd-socket: a descriptor of the process, handed to whoever wants to watch over it.
import { readFileSync } from 'node:fs'
import { expect } from 'bun:test'

import { WAIT } from '#tests/support/box.ts'
import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'

const peers = [lacks('runc', 'has no such flag', { until: '1.2.0' }), lacks('crun', 'has no such flag')] as const

/** The pid of the process that a descriptor of this process stands for, pidfd_open(2). */
function pidOf(descriptor: number | undefined): number {
  return Number(/^Pid:\s+(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1])
}

for (const command of ['create', 'run'] as const) {
  containerTest(
    `${command} --pidfd-socket sends a pidfd of the first process`,
    async (box) => {
      using socket = new ConsoleSocket(box.dir)
      box.configure({ process: { args: WAIT } })
      const flags = ['--pidfd-socket', socket.path, '--bundle', box.bundleDir]
      await box.ok([command, ...(command === 'run' ? ['--detach'] : []), ...flags, box.name])
      const [message, ...more] = await socket.receive()
      expect([message?.text, message?.descriptors.length, more.length]).toEqual(['standard', 1, 0])
      expect(pidOf(message?.descriptors[0])).toBe((await box.state()).pid)
    },
    ...peers,
  )
}

containerTest(
  'exec --pidfd-socket sends a pidfd of its process',
  async (box) => {
    await box.running()
    using socket = new ConsoleSocket(box.dir)
    const flags = ['--pidfd-socket', socket.path, '--detach', '--pid-file', box.path('pid')]
    expect((await box.exec(['sleep', '1000'], flags)).code).toBe(0)
    const [message] = await socket.receive()
    expect([message?.text, message?.descriptors.length]).toEqual(['setns', 1])
    expect(pidOf(message?.descriptors[0])).toBe(Number(readFileSync(box.path('pid'), 'utf8')))
  },
  ...peers,
)

containerTest(
  'create refuses a pidfd socket that nobody listens on, and nothing is left',
  async (box) => {
    box.configure({ process: { args: WAIT } })
    const { code, stderr } = await box.call([
      ...['create', '--pidfd-socket', box.path('nobody'), '--bundle', box.bundleDir, box.name],
    ])
    expect([code === 0, stderr.includes('nobody')]).toEqual([false, true])
    expect(box.stateIds()).toEqual([])
  },
  ...peers,
)

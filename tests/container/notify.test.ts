// NOTIFY_SOCKET: systemd starts the runtime with Type=notify, and hears from it when the container is ready.
import { chownSync } from 'node:fs'
import { expect } from 'bun:test'

import type { Box } from '#tests/support/box.ts'
import { WAIT } from '#tests/support/box.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { NotifySocket, notifyFrom, notifySocketOf } from '#tests/support/notify-socket.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import type { Spec } from '#tests/support/spec.ts'

const WAITING: Spec = { process: { args: WAIT } }
/** What it is told it passes on itself, and never names the main process. */
const crun = lacks('crun', 'does not say which process is the main one')
const BASE = 100_000
const MAP = [{ containerID: 0, hostID: BASE, size: 65_536 }]

/** Waits until a container runs its program; gives the pid. */
async function running(box: Box): Promise<number> {
  return eventually('the container to run', async () => {
    const { code, stdout } = await box.call(['state', box.name])
    const { status, pid } = code === 0 ? JSON.parse(stdout) : {}
    return status === 'running' && notifySocketOf(pid) !== '' && pid
  })
}

/** Starts `flags` of `run`, and waits for the program. */
async function run(box: Box, systemd: NotifySocket, flags: readonly string[], spec: Spec = WAITING) {
  box.configure(spec)
  const command = box.spawn(['run', ...flags, '--bundle', box.bundleDir, box.name], { env: systemd.env, limit: 5_000 })
  // Whoever does not come so far as to wait for it has failed by something else.
  command.done.catch(() => {})
  return { command, pid: await running(box) }
}

containerTest(
  'start ends when the container is ready, and says who is the main process',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    expect((await box.create(WAITING, { env: systemd.env })).code).toBe(0)
    let ended = false
    const start = box.spawn(['start', box.name], { env: systemd.env })
    const done = start.done.then((outcome) => {
      ended = true
      return outcome
    })
    const pid = await running(box)
    expect([systemd.silent, ended]).toEqual([true, false])
    await notifyFrom(pid, 'READY=1')
    expect(await systemd.toldUntil(done)).toEqual(['READY=1', `MAINPID=${pid}`])
    expect((await done).code).toBe(0)
    expect((await box.state()).status).toBe('running')
  },
  crun,
)

containerTest(
  'run --detach ends when the container is ready',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { command, pid } = await run(box, systemd, ['--detach'])
    await notifyFrom(pid, 'READY=1')
    expect(await systemd.toldUntil(command.done)).toEqual(['READY=1', `MAINPID=${pid}`])
    expect((await command.done).code).toBe(0)
  },
  crun,
)

containerTest(
  'run in the foreground passes on that the container is ready, and goes on',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { command, pid } = await run(box, systemd, [])
    await notifyFrom(pid, 'READY=1')
    expect(await systemd.told()).toEqual(['READY=1'])
    expect((await box.state()).status).toBe('running')
    await box.ok(['kill', box.name, 'KILL'])
    expect((await command.done).code).toBe(137)
  },
  lacks('crun', 'does not end by a signal while it waits for the container to be ready'),
)

containerTest(
  'run --detach waits until all that it says was read',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { command, pid } = await run(box, systemd, ['--detach'])
    await notifyFrom(pid, 'READY=1')
    const told = [...(await systemd.told()), ...(await systemd.told()), ...(await systemd.told())]
    expect(told).toEqual(['READY=1', `MAINPID=${pid}`, 'BARRIER=1'])
    expect((await command.done).code).toBe(0)
  },
  crun,
  lacks('runc', 'does not wait', { until: '1.2.0' }),
)

containerTest(
  'a container cannot say that another process is the main one',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { command, pid } = await run(box, systemd, ['--detach'])
    await notifyFrom(pid, 'MAINPID=1')
    await notifyFrom(pid, 'STATUS=soon')
    await notifyFrom(pid, 'READY=1\nMAINPID=1')
    expect(await systemd.toldUntil(command.done)).toEqual(['READY=1', `MAINPID=${pid}`])
    expect((await command.done).code).toBe(0)
  },
  crun,
)

containerTest('start of a container that ends without being ready ends', async (box) => {
  using systemd = new NotifySocket(box.dir)
  expect((await box.create({ process: { args: ['sleep', '0.2'] } }, { env: systemd.env })).code).toBe(0)
  expect((await box.call(['start', box.name], { env: systemd.env })).code).toBe(0)
  expect(systemd.silent).toBe(true)
})

containerTest(
  'run in the foreground of a container that is never ready has its exit code',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { code } = await box.run({ process: { args: ['sh', '-c', 'exit 7'] } }, { env: systemd.env, limit: 5_000 })
    expect(code).toBe(7)
  },
  lacks('runc', 'waits for ever', { until: '1.2.0' }),
)

containerTest(
  'a container in a user namespace can say that it is ready',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    chownSync(box.rootfs, BASE, BASE)
    chownSync(`${box.rootfs}/run`, BASE, BASE)
    const linux = { namespaces: [...DEFAULT_NAMESPACES, { type: 'user' }], uidMappings: MAP, gidMappings: MAP }
    const { command, pid } = await run(box, systemd, ['--detach'], { ...WAITING, linux })
    await notifyFrom(pid, 'READY=1')
    expect(await systemd.toldUntil(command.done)).toEqual(['READY=1', `MAINPID=${pid}`])
    expect((await command.done).code).toBe(0)
  },
  crun,
)

containerTest(
  'an abstract socket is told as well',
  async (box) => {
    using systemd = new NotifySocket(`@${box.name}`)
    const { command, pid } = await run(box, systemd, ['--detach'])
    await notifyFrom(pid, 'READY=1')
    expect(await systemd.toldUntil(command.done)).toEqual(['READY=1', `MAINPID=${pid}`])
    expect((await command.done).code).toBe(0)
  },
  lacks('crun', 'makes no socket then'),
)

containerTest(
  'a container cannot change what lies beside its socket',
  async (box) => {
    using systemd = new NotifySocket(box.dir)
    const { command, pid } = await run(box, systemd, ['--detach'])
    expect((await box.exec(['touch', '/run/notify/file'])).stderr).toContain('Read-only file system')
    await notifyFrom(pid, 'READY=1')
    await systemd.toldUntil(command.done)
  },
  lacks('crun', 'mounts it so that it can be written'),
)

containerTest('without NOTIFY_SOCKET a container has neither the variable nor the directory', async (box) => {
  expect(await box.shell('echo "$NOTIFY_SOCKET"; ls /run')).toBe('\n')
})

containerTest(
  'a socket that nobody listens on keeps no container from running',
  async (box) => {
    const env = { NOTIFY_SOCKET: box.path('nobody') }
    const { code, stdout, stderr } = await box.run({ process: { args: ['echo', 'runs'] } }, { env })
    expect([code, stdout]).toEqual([0, 'runs\n'])
    expect(stderr).toContain('nobody')
  },
  lacks('runc', 'says nothing of it'),
  lacks('crun', 'says nothing of it'),
)

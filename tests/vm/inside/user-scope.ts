// The systemd driver for an ordinary user: the unit is one of the user's own systemd, and lies in what is delegated to the
// user. Runs inside a machine, started by systemd-docker.test.ts.
import { afterEach, beforeAll, expect, test } from 'bun:test'
import { call, ok, onlyBunc, runtimePath } from './program.ts'

const HOME = '/home/tester'
const BUNDLE = `${HOME}/bundle`
const RUNTIME = runtimePath()
const UNIT = 'tested-one.scope'
const USERS = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service'
const CGROUP = `${USERS}/user.slice/${UNIT}`
const LIMITS = { memory: { limit: 67_108_864 }, pids: { limit: 50 }, cpu: { quota: 50_000, period: 100_000 } }

/** The user as after a login, but in a cgroup of root's: that is where a login session is, too. */
const AS_USER = [
  ...['setpriv', '--reuid', '1000', '--regid', '1000', '--init-groups', 'env', '-i', '-C', HOME],
  ...[`HOME=${HOME}`, 'USER=tester', `PATH=${process.env['PATH']}`],
]
const WITH_SESSION = [...AS_USER, 'XDG_RUNTIME_DIR=/run/user/1000']
const runtime = (...args: readonly string[]) => call([...WITH_SESSION, RUNTIME, ...args])

beforeAll(() => {
  ok(['loginctl', 'enable-linger', 'tester'])
  ok(['systemctl', 'start', 'user@1000.service'])
  ok(['mkdir', '-p', `${BUNDLE}/rootfs/bin`])
  ok(['cp', '/usr/bin/busybox', `${BUNDLE}/rootfs/bin/busybox`])
  ok([RUNTIME, 'spec', '--rootless', '--bundle', BUNDLE])
  ok(['mv', `${BUNDLE}/config.json`, `${BUNDLE}/base.json`])
  ok(['chown', '-R', '1000:1000', BUNDLE])
})

afterEach(() => {
  runtime('delete', '--force', 'one')
})

/** Runs the container as the user, with the limits that are given. */
async function run(resources: object = LIMITS, user: readonly string[] = WITH_SESSION) {
  const config = await Bun.file(`${BUNDLE}/base.json`).json()
  Object.assign(config.process, { terminal: false, args: ['/bin/busybox', 'sleep', '1000'] })
  Object.assign(config.linux, {
    ...{ cgroupsPath: 'user.slice:tested:one', resources },
    // The one that `spec` maps is whoever calls it.
    ...{ uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }] },
    ...{ gidMappings: [{ containerID: 0, hostID: 1000, size: 1 }] },
  })
  await Bun.write(`${BUNDLE}/config.json`, JSON.stringify(config))
  return call([...user, ...TO_FILE, RUNTIME, '--systemd-cgroup', 'run', '--detach', '--bundle', BUNDLE, 'one'])
}

/** The container has the runtime's standard output: as a pipe, it would be open for as long as the container runs. */
const TO_FILE = ['sh', '-c', '"$@" >output 2>&1; code=$?; cat output; exit $code', 'sh']

function properties(...names: readonly string[]): string[] {
  return names.map((name) => ok([...WITH_SESSION, 'systemctl', '--user', 'show', UNIT, '--value', '--property', name]))
}

const files = () => ok(['cat', ...['memory.max', 'pids.max', 'cpu.max'].map((name) => `${CGROUP}/${name}`)])

test('the container of a user is in a scope of the systemd of that user, whose properties are its limits', async () => {
  expect(await run()).toEqual({ code: 0, output: '' })
  expect(properties('ActiveState', 'Slice', 'Delegate', 'MemoryMax', 'TasksMax')).toEqual([
    ...['active', 'user.slice', 'yes', '67108864', '50'],
  ])
  expect(files()).toBe('67108864\n50\n50000 100000')
})

test('update changes the limits, and a reload of the systemd of the user keeps them', async () => {
  await run()
  expect(runtime('update', '--memory', '50331648', 'one')).toEqual({ code: 0, output: '' })
  ok([...WITH_SESSION, 'systemctl', '--user', 'daemon-reload'])
  expect(files()).toBe('50331648\n50\n50000 100000')
  expect(properties('MemoryMax')).toEqual(['50331648'])
})

onlyBunc('a process of exec is moved into the scope out of a login session', async () => {
  await run()
  expect(runtime('exec', 'one', '/bin/busybox', 'cat', '/proc/self/cgroup')).toEqual({ code: 0, output: '0::/' })
})

test('pause, resume, kill and delete do what they say, and leave no unit', async () => {
  await run()
  expect(runtime('pause', 'one').code).toBe(0)
  expect(runtime('state', 'one').output).toContain('"paused"')
  expect(runtime('resume', 'one').code).toBe(0)
  expect(runtime('kill', 'one', 'KILL').code).toBe(0)
  for (let tries = 0; tries < 100 && !runtime('state', 'one').output.includes('"stopped"'); tries++) Bun.sleepSync(50)
  expect(runtime('delete', 'one')).toEqual({ code: 0, output: '' })
  expect(call(['test', '-e', CGROUP]).code).toBe(1)
  expect(properties('LoadState')).toEqual(['not-found'])
})

onlyBunc('a controller that is not delegated to the user is named, with what would change that', async () => {
  const { code, output } = await run({ cpu: { cpus: '0' } })
  expect(code).not.toBe(0)
  expect(output).toContain('the controller "cpuset" is not available')
  expect(call(['test', '-e', CGROUP]).code).toBe(1)
})

onlyBunc('a user without a session is told what is missing', async () => {
  const { code, output } = await run(LIMITS, AS_USER)
  expect(code).not.toBe(0)
  expect(output).toContain('XDG_RUNTIME_DIR must be set')
})

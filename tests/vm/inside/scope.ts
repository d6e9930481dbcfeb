// The systemd driver of the runtime under test by itself, without an engine: the unit, its limits, and that nothing of it
// is left. Runs inside a machine, started by systemd-docker.test.ts.
import { afterEach, beforeAll, expect, test } from 'bun:test'
import { call, ok, runtimePath } from './program.ts'

const BUNDLE = '/tmp/scope'
const RUNTIME = runtimePath()
const UNIT = 'tested-one.scope'
const CGROUP = `/sys/fs/cgroup/a.slice/a-b.slice/${UNIT}`
const LIMITS = {
  memory: { limit: 67_108_864, swap: 134_217_728 },
  pids: { limit: 50 },
  cpu: { quota: 50_000, period: 100_000, shares: 2 },
}

beforeAll(() => {
  ok(['mkdir', '-p', `${BUNDLE}/rootfs/bin`])
  ok(['cp', '/usr/bin/busybox', `${BUNDLE}/rootfs/bin/busybox`])
  ok([RUNTIME, 'spec', '--bundle', BUNDLE])
  ok(['mv', `${BUNDLE}/config.json`, `${BUNDLE}/base.json`])
})

afterEach(() => {
  for (const id of ['one', 'two']) call([RUNTIME, 'delete', '--force', id])
})

async function run(id: string, changes: { path?: string; annotations?: object; args?: string[] } = {}) {
  const { path = 'a-b.slice:tested:one', annotations = {}, args = ['/bin/busybox', 'sleep', '1000'] } = changes
  const config = await Bun.file(`${BUNDLE}/base.json`).json()
  Object.assign(config.process, { terminal: false, args })
  Object.assign(config.linux, { cgroupsPath: path, devices: [device('allowed', 11), device('denied', 1)] })
  Object.assign(config.linux.resources, LIMITS, { devices: DEVICES })
  await Bun.write(`${BUNDLE}/config.json`, JSON.stringify({ ...config, annotations }))
  return call([...TO_FILE, RUNTIME, '--systemd-cgroup', 'run', '--detach', '--bundle', BUNDLE, id])
}

const DEVICES = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 11, access: 'rw' },
]

/** One of the devices of major number 1: the kernel's log, its memory. */
function device(name: string, minor: number): object {
  return { path: `/dev/${name}`, type: 'c', major: 1, minor, fileMode: 0o666 }
}

/** The container has the runtime's standard output: as a pipe, it would be open for as long as the container runs. */
const TO_FILE = ['sh', '-c', '"$@" >/tmp/output 2>&1; code=$?; cat /tmp/output; exit $code', 'sh']

function properties(...names: readonly string[]): string[] {
  return names.map((name) => ok(['systemctl', 'show', UNIT, '--value', '--property', name]))
}

const files = () => ok(['cat', ...['memory.max', 'pids.max', 'cpu.max'].map((name) => `${CGROUP}/${name}`)])
const USE_DEVICES = 'for name in null allowed denied; do (echo x >/dev/$name) 2>&1 && echo $name; done'

test('the container is in its scope, whose properties are its limits', async () => {
  expect(await run('one')).toEqual({ code: 0, output: '' })
  expect(properties('ActiveState', 'Slice', 'Delegate', 'MemoryMax', 'MemorySwapMax', 'TasksMax', 'CPUWeight')).toEqual(
    [...['active', 'a-b.slice', 'yes', '67108864', '67108864', '50', '1']],
  )
  expect(properties('CPUQuotaPerSecUSec', 'DevicePolicy')).toEqual(['500ms', 'strict'])
  expect(files()).toBe('67108864\n50\n50000 100000')
})

test('a reload of systemd changes neither limits nor devices, nor does it undo an update', async () => {
  await run('one')
  const use = () => call([RUNTIME, 'exec', 'one', '/bin/busybox', 'sh', '-c', USE_DEVICES]).output.split('\n')
  const used = ['null', 'allowed', expect.stringContaining('/dev/denied: Operation not permitted')]
  expect(use()).toEqual(used)
  ok(['systemctl', 'daemon-reload'])
  expect(files()).toBe('67108864\n50\n50000 100000')
  expect(use()).toEqual(used)
  ok([RUNTIME, 'update', '--memory', '50331648', '--memory-swap', '50331648', '--pids-limit', '20', 'one'])
  expect(properties('MemoryMax', 'TasksMax')).toEqual(['50331648', '20'])
  ok(['systemctl', 'daemon-reload'])
  expect(files()).toBe('50331648\n20\n50000 100000')
})

test('annotations are properties of the unit', async () => {
  const annotations = {
    'org.systemd.property.TimeoutStopSec': '7',
    'org.systemd.property.Documentation': `['man:one']`,
  }
  await run('one', { annotations })
  expect(properties('TimeoutStopUSec', 'Documentation')).toEqual(['7s', 'man:one'])
})

test('a second container with the same unit is refused and leaves the first one alone', async () => {
  await run('one')
  expect((await run('two')).code).not.toBe(0)
  expect(properties('ActiveState')).toEqual(['active'])
  expect(ok([RUNTIME, 'exec', 'one', '/bin/busybox', 'echo', 'alive'])).toBe('alive')
})

test('a container that cannot be made leaves no unit', async () => {
  expect((await run('one', { args: ['/no/such'] })).code).not.toBe(0)
  expect(properties('ActiveState')).toEqual(['inactive'])
  expect(call(['test', '-e', CGROUP]).code).toBe(1)
})

test('delete stops the unit without being told of systemd', async () => {
  await run('one')
  ok([RUNTIME, 'delete', '--force', 'one'])
  expect(properties('ActiveState', 'LoadState')).toEqual(['inactive', 'not-found'])
  expect(call(['test', '-e', CGROUP]).code).toBe(1)
})

test('a path of the other driver is refused', async () => {
  const { code, output } = await run('one', { path: '/a/b' })
  expect(code).not.toBe(0)
  expect(output).toContain('slice:prefix:name')
})

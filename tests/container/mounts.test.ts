// mounts: what is mounted, where and in which order. Options have a file of their own.
import { expect } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, needing } from '#tests/support/container-test.ts'
import { mountOn } from '#tests/support/mountinfo.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS, DEFAULT_NAMESPACES } from '#tests/support/spec.ts'
import type { Mount } from '#tests/support/spec.ts'

const plus = (...mounts: readonly Mount[]) => ({ mounts: [...DEFAULT_MOUNTS, ...mounts] })

/** Makes a directory of the host with one file in it; gives the path. */
function hostDirectory(box: Box): string {
  const path = box.path('host')
  mkdirSync(path)
  writeFileSync(`${path}/file`, 'from the host\n')
  return path
}

const bind = (source: string, destination: string, ...options: string[]): Mount => ({
  destination,
  type: 'bind',
  source,
  options: ['bind', ...options],
})

const CGROUP: Mount = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['ro', 'nosuid', 'noexec', 'nodev'],
}

containerTest('a bind mount shows the files of the host', async (box) => {
  const mount = bind(hostDirectory(box), '/mnt')
  expect(await box.shell('cat /mnt/file', plus(mount))).toBe('from the host\n')
})

containerTest('a bind mount can be written', async (box) => {
  const source = hostDirectory(box)
  await box.shell('echo written > /mnt/new', plus(bind(source, '/mnt', 'rw')))
  expect(readFileSync(`${source}/new`, 'utf8')).toBe('written\n')
})

containerTest('a read-only bind mount cannot be written', async (box) => {
  const source = hostDirectory(box)
  const { code, stderr } = await box.run({
    process: { args: ['touch', '/mnt/new'] },
    ...plus(bind(source, '/mnt', 'ro')),
  })
  expect(code).toBe(1)
  expect(stderr).toContain('Read-only file system')
  expect(readdirSync(source)).toEqual(['file'])
})

containerTest('a mount whose options say bind needs no type', async (box) => {
  const mount = { destination: '/mnt', source: hostDirectory(box), options: ['rbind'] }
  expect(await box.shell('cat /mnt/file', plus(mount))).toBe('from the host\n')
})

containerTest(
  'a mount whose type says bind needs no option',
  async (box) => {
    const mount = { destination: '/mnt', source: hostDirectory(box), type: 'bind' }
    expect(await box.shell('cat /mnt/file', plus(mount))).toBe('from the host\n')
  },
  lacks('crun', 'wants the option beside the type'),
  lacks('runc', 'asks the kernel for a file system called bind'),
)

containerTest('a relative source of a bind mount starts at the bundle', async (box) => {
  mkdirSync(`${box.bundleDir}/data`)
  writeFileSync(`${box.bundleDir}/data/file`, 'from the bundle\n')
  expect(await box.shell('cat /mnt/file', plus(bind('data', '/mnt')))).toBe('from the bundle\n')
})

containerTest('a file is bound onto a file', async (box) => {
  const mount = bind(`${hostDirectory(box)}/file`, '/etc/passwd')
  expect(await box.shell('cat /etc/passwd', plus(mount))).toBe('from the host\n')
})

containerTest('a file is bound onto a path that is missing', async (box) => {
  const mount = bind(`${hostDirectory(box)}/file`, '/deep/below/file')
  expect(await box.shell('cat /deep/below/file', plus(mount))).toBe('from the host\n')
  expect(statSync(`${box.rootfs}/deep/below/file`).size).toBe(0)
})

containerTest('a directory is bound onto a path that is missing', async (box) => {
  const mount = bind(hostDirectory(box), '/deep/below')
  expect(await box.shell('cat /deep/below/file', plus(mount))).toBe('from the host\n')
  expect(statSync(`${box.rootfs}/deep/below`).mode & 0o777).toBe(0o755)
})

containerTest('rbind brings the mounts below the source and bind does not', async (box) => {
  const outer = [
    { destination: '/outer', type: 'tmpfs', source: 'tmpfs' },
    { destination: '/outer/inner', type: 'tmpfs', source: 'inner' },
  ]
  const source = hostDirectory(box)
  mkdirSync(`${source}/inner`)
  const script = `mount -t tmpfs inner ${source}/inner && echo deep > ${source}/inner/deep && exec "$@"`
  box.configure({
    process: { args: ['sh', '-c', 'ls /r/inner /b/inner'] },
    mounts: [...DEFAULT_MOUNTS, ...outer, { ...bind(source, '/r'), options: ['rbind'] }, bind(source, '/b')],
  })
  const { stdout } = await box.program(['unshare', '--mount', 'sh', '-c', script, 'sh', ...box.runArgv()])
  expect(stdout).toBe('/b/inner:\n\n/r/inner:\ndeep\n')
})

containerTest('a later mount covers an earlier one', async (box) => {
  const mounts = plus(bind(hostDirectory(box), '/mnt'), { destination: '/mnt', type: 'tmpfs', source: 'tmpfs' })
  expect(await box.shell('ls /mnt', mounts)).toBe('')
})

containerTest('a later mount stands inside an earlier one', async (box) => {
  const tmpfs = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs' }
  const mounts = plus(tmpfs, bind(hostDirectory(box), '/mnt/inner'))
  expect(await box.shell('cat /mnt/inner/file', mounts)).toBe('from the host\n')
  expect(readdirSync(`${box.rootfs}/mnt`)).toEqual([])
})

containerTest('a tmpfs has the size and the mode of its options', async (box) => {
  const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['size=65536k', 'mode=1750'] }
  const out = await box.shell("stat -c %a /mnt; df -k /mnt | tail -n 1 | awk '{print $2}'", plus(mount))
  expect(out).toBe('1750\n65536\n')
})

containerTest(
  'a tmpfs over a directory of the image has the mode of that directory',
  async (box) => {
    mkdirSync(`${box.rootfs}/mnt`)
    await box.program(['chmod', '2711', `${box.rootfs}/mnt`])
    const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs' }
    expect(await box.shell('stat -c %a /mnt', plus(mount))).toMatch(/^2?711\n$/)
  },
  lacks('crun', 'a tmpfs without a mode has the mode of the kernel, 1777', { until: '1.21' }),
)

containerTest('a tmpfs with tmpcopyup begins with the files of the image', async (box) => {
  const mount = { destination: '/etc', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] }
  const out = await box.shell('cat /etc/group; echo gone > /etc/group', plus(mount))
  expect(out).toContain('root:x:0:')
  expect(readFileSync(`${box.rootfs}/etc/group`, 'utf8')).toContain('root:x:0:')
})

containerTest('the mounts of the kernel are of their types', async (box) => {
  const pid = await box.running()
  const types = ['/proc', '/sys', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'].map((path) => mountOn(pid, path).type)
  expect(types).toEqual(['proc', 'sysfs', 'tmpfs', 'devpts', 'tmpfs', 'mqueue'])
})

containerTest('proc shows the processes of the container alone', async (box) => {
  expect(await box.shell('ls /proc | grep -c "^[0-9]"; true')).toMatch(/^[1-4]\n$/)
})

containerTest('devpts is an instance of its own', async (box) => {
  expect(await box.shell('ls /dev/pts')).toBe('ptmx\n')
})

containerTest('a cgroup mount shows the cgroup of the container', async (box) => {
  const linux = { namespaces: [...DEFAULT_NAMESPACES, { type: 'cgroup' }] }
  const script = 'cat /sys/fs/cgroup/cgroup.procs 2>/dev/null || cat /sys/fs/cgroup/memory/cgroup.procs'
  expect((await box.shell(script, { ...plus(CGROUP), linux })).split('\n')).toContain('1')
})

containerTest('a read-only cgroup mount cannot be written', async (box) => {
  const linux = { namespaces: [...DEFAULT_NAMESPACES, { type: 'cgroup' }] }
  const script = 'dir=/sys/fs/cgroup/memory; test -d $dir || dir=/sys/fs/cgroup; mkdir $dir/made 2>&1; true'
  expect(await box.shell(script, { ...plus(CGROUP), linux })).toContain('Read-only file system')
})

containerTest(
  'a cgroup mount of v1 shows the cgroup of the container without a cgroup namespace, too',
  async (box) => {
    const script = 'cat /sys/fs/cgroup/memory/cgroup.procs'
    expect((await box.shell(script, plus(CGROUP))).split('\n')).toContain('1')
  },
  needing('cgroup1'),
)

containerTest(
  'a cgroup mount of v2 without a cgroup namespace shows the cgroups of the host',
  async (box) => {
    const script = `cat /sys/fs/cgroup/${box.name}/cgroup.procs`
    expect((await box.shell(script, plus(CGROUP))).split('\n')).toContain('1')
  },
  needing('cgroup2'),
)

containerTest('a mount onto a symbolic link of the image stays inside the root file system', async (box) => {
  const outside = hostDirectory(box)
  symlinkSync(outside, `${box.rootfs}/link`)
  const tmpfs = { destination: '/link/below', type: 'tmpfs', source: 'tmpfs' }
  await box.run({ process: { args: ['touch', '/link/below/made'] }, ...plus(tmpfs) })
  expect(readdirSync(outside)).toEqual(['file'])
})

containerTest('a mount onto a link to a directory of the image lands in that directory', async (box) => {
  mkdirSync(`${box.rootfs}/real`)
  symlinkSync('/real', `${box.rootfs}/link`)
  const out = await box.shell('cat /real/file', plus(bind(hostDirectory(box), '/link')))
  expect(out).toBe('from the host\n')
})

containerTest('create refuses a source that is not there', async (box) => {
  assertRefused(await box.create(plus(bind(box.path('absent'), '/mnt'))), /absent|\/mnt/)
  expect(box.stateIds()).toEqual([])
  await box.assertClean()
})

containerTest('create refuses a file system that the kernel does not know', async (box) => {
  const mount = { destination: '/mnt', type: 'floppyfs', source: 'none' }
  assertRefused(await box.create(plus(mount)), /floppyfs|no such device/i)
  expect(box.stateIds()).toEqual([])
})

containerTest('create refuses an option that the file system does not know', async (box) => {
  const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['siz=1m'] }
  assertRefused(await box.create(plus(mount)), /mnt.*invalid argument|siz|EINVAL/i)
  expect(box.stateIds()).toEqual([])
})

containerTest('create refuses to bind a directory onto a file', async (box) => {
  const outcome = await box.create(plus(bind(hostDirectory(box), '/etc/passwd')))
  assertRefused(outcome, /not a directory/i)
  expect(box.stateIds()).toEqual([])
})

containerTest('nothing of the mounts of a container shows on the host', async (box) => {
  await box.running(plus({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs' }))
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(box.name)
})

containerTest(
  'a container without mounts has none but its root',
  async (box) => {
    rmSync(`${box.rootfs}/proc`, { recursive: true })
    const args = ['sh', '-c', 'ls -d /proc /sys/kernel 2>&1; true']
    const linux = { maskedPaths: [], readonlyPaths: [] }
    const { stdout } = await box.run({ process: { args }, mounts: [], linux })
    expect(stdout).toContain('ls: /proc: No such file or directory')
    expect(existsSync(`${box.rootfs}/proc`)).toBe(false)
  },
  lacks('runc', 'cannot start a program without a proc in the container'),
)

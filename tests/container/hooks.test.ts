// hooks: when each kind runs, where, and what it is told. What becomes of a hook that fails has a file of its own.
import { expect } from 'bun:test'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, races } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import type { Hook, HookPoint } from '#tests/support/spec.ts'

const CREATING = ['prestart', 'createRuntime', 'createContainer'] as const
const HOOKS = [...CREATING, 'startContainer', 'poststart', 'poststop'] as const

/** A hook that runs `script` in a shell, which the host and the root file system of the tests both have. */
const shell = (script: string): Hook => ({ path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/bin:/usr/bin'] })

/** The directory of the hooks' notes, as the host and as the container's own root name it. */
const notes = (box: Box, point: HookPoint) => (point === 'startContainer' ? '/tmp' : `${box.rootfs}/tmp`)

/** A hook at every point, each made of a script that is told where to leave its notes. */
const everywhere = (box: Box, script: (dir: string, point: HookPoint) => string) =>
  Object.fromEntries(HOOKS.map((point) => [point, [shell(script(notes(box, point), point))]]))

const note = (box: Box, name: string) => readFileSync(`${box.rootfs}/tmp/${name}`, 'utf8')

/** create, start, wait for the end, delete. */
async function live(box: Box): Promise<void> {
  await box.ok(['create', '--bundle', box.bundleDir, box.name])
  await box.ok(['start', box.name])
  await box.reaches('stopped')
  await box.ok(['delete', box.name])
}

containerTest(
  'the hooks run in their order, each at its command',
  async (box) => {
    const hooks = everywhere(box, (dir, point) => `echo ${point} >> ${dir}/order`)
    box.configure({ hooks, process: { args: ['sh', '-c', 'echo program >> /tmp/order'] } })
    const order = () => note(box, 'order').trim().split('\n')
    await box.ok(['create', '--bundle', box.bundleDir, box.name])
    expect(order()).toEqual([...CREATING])
    await box.ok(['start', box.name])
    await box.reaches('stopped')
    expect(order()[3]).toBe('startContainer')
    expect(order().slice(4).sort()).toEqual(['poststart', 'program'])
    await box.ok(['delete', box.name])
    expect(order()[6]).toBe('poststop')
    expect(order().length).toBe(7)
  },
  lacks('runc', 'poststart runs before startContainer, while the container is created', { until: '1.3.0' }),
  races('crun', 'runs poststart without waiting for startContainer'),
)

containerTest('hooks of one point run one after the other in the order of config.json', async (box) => {
  const dir = `${box.rootfs}/tmp`
  const createRuntime = [`sleep 0.1; echo 1 >> ${dir}/order`, `echo 2 >> ${dir}/order`, `echo 3 >> ${dir}/order`]
  await box.shell('true', { hooks: { createRuntime: createRuntime.map(shell) } })
  expect(note(box, 'order')).toBe('1\n2\n3\n')
})

const STATUSES = {
  prestart: 'creating',
  createRuntime: 'creating',
  createContainer: 'creating',
  startContainer: 'created',
  poststart: 'running',
  poststop: 'stopped',
} as const satisfies Record<HookPoint, string>

const stateLacks = (point: HookPoint) => [
  lacks('crun', 'tells its hooks that the ociVersion is "1.0"'),
  ...(point === 'poststart'
    ? [lacks('runc', 'poststart runs while the container is created', { until: '1.3.0' })]
    : []),
]

for (const point of HOOKS) {
  const title = `${point} gets the state of the container, ${STATUSES[point]}, on standard input`
  const check = async (box: Box) => {
    const annotations = { 'org.example.name': 'value' }
    box.configure({ hooks: { [point]: [shell(`cat > ${notes(box, point)}/state`)] }, annotations })
    await live(box)
    const state = JSON.parse(note(box, 'state'))
    expect(state).toMatchObject({ id: box.name, status: STATUSES[point], bundle: box.bundleDir, annotations })
    expect(state.ociVersion).toMatch(/^\d+\.\d+\.\d+/)
    if (point !== 'poststop') expect(state.pid).toBeGreaterThan(0)
  }
  containerTest(title, check, ...stateLacks(point))
}

containerTest('the pid that a creating hook is told is that of the container on the host', async (box) => {
  const hook = shell(`grep -o '"pid": *[0-9]*' | grep -o '[0-9]*' > ${box.rootfs}/tmp/pid`)
  expect((await box.create({ hooks: { createRuntime: [hook] } })).code).toBe(0)
  expect(Number(note(box, 'pid'))).toBe((await box.state()).pid)
})

containerTest('prestart and createRuntime find the namespaces of the container by its pid', async (box) => {
  const pid = `$(grep -o '"pid": *[0-9]*' | grep -o '[0-9]*')`
  const script = (name: string) => shell(`readlink /proc/${pid}/ns/net > ${box.rootfs}/tmp/${name}`)
  expect((await box.create({ hooks: { prestart: [script('a')], createRuntime: [script('b')] } })).code).toBe(0)
  const link = readlinkSync(`/proc/${(await box.state()).pid}/ns/net`)
  expect([note(box, 'a'), note(box, 'b')]).toEqual([`${link}\n`, `${link}\n`])
})

containerTest('each hook runs in the mount namespace that the specification gives it', async (box) => {
  const hooks = everywhere(box, (dir, point) => `readlink /proc/self/ns/mnt > ${dir}/mnt-${point}`)
  box.configure({ hooks, process: { args: ['sleep', '1000'] } })
  await box.ok(['create', '--bundle', box.bundleDir, box.name])
  await box.ok(['start', box.name])
  const inside = readlinkSync(`/proc/${(await box.state()).pid}/ns/mnt`)
  await eventually('poststart', () => existsSync(`${box.rootfs}/tmp/mnt-poststart`))
  await box.ok(['delete', '--force', box.name])
  const seen = Object.fromEntries(HOOKS.map((point) => [point, note(box, `mnt-${point}`).trim() === inside]))
  const expected = { prestart: false, createRuntime: false, poststart: false, poststop: false }
  expect(seen).toEqual({ ...expected, createContainer: true, startContainer: true })
})

containerTest('createContainer sees the files of the host and startContainer those of the container', async (box) => {
  const script = (dir: string) =>
    shell(`test -e ${box.bundleDir}/config.json && echo host > ${dir}/$0 || echo own > ${dir}/$0`)
  const named = (point: HookPoint) => [
    { ...script(notes(box, point)), args: [...(script(notes(box, point)).args ?? []), point] },
  ]
  box.configure({ hooks: { createContainer: named('createContainer'), startContainer: named('startContainer') } })
  await live(box)
  expect([note(box, 'createContainer'), note(box, 'startContainer')]).toEqual(['host\n', 'own\n'])
})

containerTest('a mount that createContainer makes below the root shows in the container', async (box) => {
  const hook = shell(`mount -t tmpfs hooked ${box.rootfs}/var && echo fine > ${box.rootfs}/var/file`)
  expect(await box.shell('cat /var/file', { hooks: { createContainer: [hook] } })).toBe('fine\n')
})

containerTest('createContainer runs with the mounts of config.json in place', async (box) => {
  const hook = shell(`test -e ${box.rootfs}/proc/self/status && touch ${box.rootfs}/tmp/mounted`)
  await box.shell('true', { hooks: { createContainer: [hook] } })
  expect(existsSync(`${box.rootfs}/tmp/mounted`)).toBe(true)
})

containerTest('startContainer runs as a process of the container', async (box) => {
  const hook = shell('readlink /proc/self/ns/pid > /tmp/pidns; hostname > /tmp/name')
  const out = await box.shell('readlink /proc/self/ns/pid', { hooks: { startContainer: [hook] } })
  expect(note(box, 'pidns')).toBe(out)
  expect(note(box, 'name')).toBe('bunc-test\n')
})

for (const point of HOOKS) {
  containerTest(`${point} has the arguments and the environment of config.json and no other`, async (box) => {
    const dir = notes(box, point)
    const script = `printf '[%s]' "$0" "$@" > ${dir}/args; env > ${dir}/env`
    const hook = {
      path: '/bin/sh',
      args: ['sh', '-c', script, 'a b', '', '$HOME'],
      env: ['WORD=x y', 'PATH=/bin:/usr/bin'],
    }
    box.configure({ hooks: { [point]: [hook] } })
    await live(box)
    expect(note(box, 'args')).toBe('[a b][][$HOME]')
    expect(note(box, 'env').split('\n')).toEqual(expect.arrayContaining(['WORD=x y', 'PATH=/bin:/usr/bin']))
    expect(note(box, 'env')).not.toContain('TERM=')
  })
}

containerTest('a hook has no file open but its three', async (box) => {
  // The fourth is the directory that ls itself reads.
  const hook = shell(`exec ls /proc/self/fd > ${box.rootfs}/tmp/open`)
  await box.shell('true', { hooks: { createRuntime: [hook] } })
  expect(note(box, 'open').trim().split('\n')).toEqual(['0', '1', '2', '3'])
})

containerTest('run and exec run the hooks of the container once', async (box) => {
  const hooks = everywhere(box, (dir, point) => `echo ${point} >> ${dir}/order`)
  await box.running({ hooks })
  await box.exec(['true'])
  await box.ok(['delete', '--force', box.name])
  expect(note(box, 'order').trim().split('\n').sort()).toEqual([...HOOKS].sort())
})

containerTest('a foreground run runs poststop when the container has ended', async (box) => {
  await box.shell('true', { hooks: { poststop: [shell(`touch ${box.rootfs}/tmp/stopped`)] } })
  expect(existsSync(`${box.rootfs}/tmp/stopped`)).toBe(true)
})

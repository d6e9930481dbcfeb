// `checkpoint` and `restore`: a container that is saved to files, and goes on from them.
import { expect } from 'bun:test'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'

import { ConsoleSocket } from '#tests/support/console-socket.ts'
import { containerTest, lacks } from '#tests/support/container-test.ts'
import { eventually } from '#tests/support/eventually.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { counted, COUNTING, CRIU, CRUN, goOn, LIMIT, places, save } from './counting.ts'

containerTest(
  'a container that counts goes on counting after a restore',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box)
    const saved = counted(box)
    expect(box.stateIds()).toEqual([])
    await Bun.sleep(200)
    expect(counted(box)).toBe(saved)
    const pid = await goOn(box)
    await eventually('the count to go on', () => counted(box) > saved)
    expect(counted(box)).toBeLessThan(saved + 1000)
    expect(await box.state()).toMatchObject({ status: 'running', pid })
    expect((await box.exec(['sh', '-c', 'cat /proc/1/comm; exit 3'])).code).toBe(3)
    await box.ok(['kill', box.name, 'KILL'])
    await box.reaches('stopped')
    await box.ok(['delete', box.name])
  },
  CRIU,
  CRUN,
)

containerTest(
  'a container that is left running runs on',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    await save(box, '--leave-running')
    const saved = counted(box)
    expect((await box.state()).status).toBe('running')
    await eventually('the count to go on', () => counted(box) > saved)
  },
  CRIU,
  CRUN,
)

containerTest(
  'a container that has not been started cannot be checkpointed',
  async (box) => {
    await box.create(COUNTING)
    assertRefused(await box.call(['checkpoint', ...places(box), box.name]), /cannot be checkpointed in created state/i)
    expect((await box.state()).status).toBe('created')
  },
  CRIU,
  CRUN,
)

containerTest(
  'limits, hooks and the exit code are there after a restore in the foreground',
  async (box) => {
    const hook = { path: '/bin/sh', args: ['sh', '-c', `cat >> ${box.path('hooked')}; echo >> ${box.path('hooked')}`] }
    const script = 'exec </dev/null >/dev/null 2>&1; while ! test -e /tmp/go; do sleep 0.05; done; exit 7'
    await box.running({
      process: { args: ['sh', '-c', script] },
      hooks: { createRuntime: [hook], poststop: [hook] },
      linux: { resources: { memory: { limit: 64 << 20 }, devices: [{ allow: false, access: 'rwm' }] } },
    })
    await save(box)
    const { done } = box.spawn(['restore', '--bundle', box.bundleDir, ...places(box), box.name], LIMIT)
    await eventually('the container to be back', () => box.stateIds().length > 0, 60_000)
    await eventually('its state', async () => (await box.call(['state', box.name])).code === 0, 60_000)
    const { pid } = await box.state()
    expect(limitOf(pid)).toBe(String(64 << 20))
    writeFileSync(`${box.rootfs}/tmp/go`, '')
    expect((await done).code).toBe(7)
    expect(box.stateIds()).toEqual([])
    const states = readFileSync(box.path('hooked'), 'utf8').trim().split('\n')
    expect(states.map((state) => JSON.parse(state).status)).toEqual(['creating', 'stopped', 'creating', 'stopped'])
  },
  CRIU,
  CRUN,
  lacks('runc', 'tells hooks that a container which is being restored has stopped'),
)

function limitOf(pid: number): string {
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? ''
  return readFileSync(`/sys/fs/cgroup${path}/memory.max`, 'utf8').trim()
}

containerTest(
  'a pipe to the outside becomes what restore is started with',
  async (box) => {
    const script = 'exec </dev/null 2>/dev/null; while :; do echo tick; sleep 0.1; done'
    box.configure({ process: { args: ['sh', '-c', script] } })
    const run = [...box.runtime.argv, '--root', box.root, 'run', '--detach', '--bundle', box.bundleDir, box.name]
    const reader = Bun.spawn(['sh', '-c', '"$@" </dev/null 2>/dev/null | cat > "$OUT"', 'sh', ...run], {
      env: { ...process.env, OUT: box.path('first') },
    })
    await eventually(
      'output',
      () => existsSync(box.path('first')) && readFileSync(box.path('first')).length > 0,
      LIMIT.limit,
    )
    await save(box)
    await reader.exited
    const saved: unknown = JSON.parse(readFileSync(box.path('image', 'descriptors.json'), 'utf8'))
    expect(saved).toMatchObject([expect.any(String), expect.stringMatching(/^pipe:\[\d+\]$/), expect.any(String)])
    const out = openSync(box.path('second'), 'w')
    const go = ['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name]
    await box.ok(go, { ...LIMIT, stdout: out })
    closeSync(out)
    await eventually('output that goes on', () => readFileSync(box.path('second'), 'utf8').includes('tick'))
  },
  CRIU,
  CRUN,
)

containerTest(
  'the terminal of a restored container is handed out anew',
  async (box) => {
    using first = new ConsoleSocket(box.dir)
    const script = 'while read word; do echo "<$word>"; done'
    box.configure({ process: { terminal: true, args: ['sh', '-c', script] } })
    await box.ok(['run', '--detach', '--console-socket', first.path, '--bundle', box.bundleDir, box.name])
    const before = await first.terminal()
    before.type('one\n')
    await before.shows(/<one>/)
    await save(box)
    mkdirSync(box.path('again'))
    using second = new ConsoleSocket(box.path('again'))
    await goOn(box, '--console-socket', second.path)
    const after = await second.terminal()
    after.type('two\n')
    await after.shows(/<two>/)
  },
  CRIU,
  CRUN,
)

containerTest(
  'a dump after a pre-dump has the memory that has changed since',
  async (box) => {
    await box.running(COUNTING)
    await eventually('the count to begin', () => counted(box) > 3)
    const before = ['--image-path', box.path('before'), '--work-path', box.path('work')]
    await box.ok(['checkpoint', '--pre-dump', ...before, box.name], LIMIT)
    const early = counted(box)
    await eventually('the count to go on', () => counted(box) > early)
    await save(box, '--parent-path', '../before')
    const saved = counted(box)
    await goOn(box)
    await eventually('the count to go on after the restore', () => counted(box) > saved)
  },
  CRIU,
  CRUN,
)

containerTest(
  'restore refuses an image that is not there, and does not make it',
  async (box) => {
    box.configure(COUNTING)
    const refused = await box.call(['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name], LIMIT)
    assertRefused(refused, /image/)
    expect(existsSync(box.path('image'))).toBe(false)
  },
  lacks('runc', 'makes the directory'),
  CRUN,
)

containerTest(
  'a restore that criu refuses says why in its words and leaves nothing',
  async (box) => {
    box.configure(COUNTING)
    mkdirSync(box.path('image'))
    // runc looks for it first.
    writeFileSync(box.path('image', 'descriptors.json'), '["","",""]')
    const refused = await box.call(['restore', '--detach', '--bundle', box.bundleDir, ...places(box), box.name], LIMIT)
    assertRefused(refused, box.runtime.name === 'bunc' ? /criu failed to restore: Error .*empty-image/ : /criu failed/)
    await box.assertClean()
  },
  CRIU,
  CRUN,
)

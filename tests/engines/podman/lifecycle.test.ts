// The life of a container and of a pod as Podman sees it: created, started, paused, signalled, changed, looked at,
// stopped, removed. Podman itself executes start, kill, pause, resume, update and delete.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { cgroupFile } from './cgroup-file.ts'
import { IMAGE } from './engine.ts'
import { FOREVER } from './side.ts'
import type { PodmanSide } from './side.ts'
import { podmanSuite } from './suite.ts'

const READY = 'trap "echo by TERM; exit 4" TERM; trap "echo by USR1" USR1; echo ready; while :; do sleep 0.05; done'

async function inspect(side: PodmanSide, name: string, ...fields: readonly string[]): Promise<string> {
  return side.ok(['inspect', '--format', fields.map((field) => `{{.${field}}}`).join(' '), name])
}

podmanSuite('podman lifecycle', (suite) => {
  suite.same('a container is created, running, exited, started again, and gone', async (side) => {
    const name = side.name()
    await side.ok(['create', '--name', name, ...side.flags([]), IMAGE, 'sh', '-c', FOREVER])
    expect(await inspect(side, name, 'State.Status', 'State.Pid')).toBe('created 0')
    await side.ok(['start', name])
    expect(await inspect(side, name, 'State.Status', 'State.Running')).toBe('running true')
    const pid = await side.peek(['inspect', '--format', '{{.State.Pid}}', name])
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('trap')
    await side.ok(['stop', name])
    expect(await inspect(side, name, 'State.Status', 'State.ExitCode')).toBe('exited 0')
    await side.ok(['start', name])
    await side.ok(['restart', '--time', '5', name])
    await side.ok(['rm', '--force', '--time', '0', name])
    expect((await side.podman(['container', 'exists', name])).code).toBe(1)
  })

  suite.same('init creates a container that waits for start', async (side) => {
    const name = side.name()
    await side.ok(['create', '--name', name, ...side.flags([]), IMAGE, 'echo', 'started'])
    await side.ok(['init', name])
    expect(await inspect(side, name, 'State.Status')).toBe('initialized')
    expect(await side.peek(['logs', name])).toBe('')
    expect(await side.ok(['start', '--attach', name])).toBe('started')
  })

  suite.same('run --detach returns, and logs, wait and inspect tell of the end', async (side) => {
    const name = await side.up([], 'echo out; echo err >&2; exit 21')
    expect(await side.ok(['wait', name])).toBe('21')
    const logs = await side.podman(['logs', name])
    expect([logs.stdout, logs.stderr]).toEqual(['out\n', 'err\n'])
    expect(await inspect(side, name, 'State.ExitCode', 'State.OOMKilled', 'State.Error')).toBe('21 false')
  })

  suite.same('stop lets a container end by itself, or kills it when its time is up', async (side) => {
    const [willing, deaf] = [await side.up([], READY), side.name('deaf')]
    await side.up([], 'trap : TERM; echo ready; while :; do sleep 0.05; done', deaf)
    for (const name of [willing, deaf]) await side.waitForLog(name, /ready/)
    await side.ok(['stop', willing])
    expect(await inspect(side, willing, 'State.ExitCode')).toBe('4')
    await side.podman(['stop', '--time', '1', deaf])
    expect(await inspect(side, deaf, 'State.ExitCode')).toBe('137')
  })

  suite.same('kill sends a signal by name, and SIGKILL without one', async (side) => {
    const name = await side.up([], READY)
    await side.waitForLog(name, /ready/)
    await side.ok(['kill', '--signal', 'USR1', name])
    await side.waitForLog(name, /by USR1/)
    await side.ok(['kill', name])
    expect(await side.ok(['wait', name])).toBe('137')
    expect((await side.podman(['kill', name])).code).toBe(125)
  })

  suite.same('pause freezes every process, and unpause lets them go on', async (side) => {
    const name = await side.up([], 'while :; do echo >> /tmp/count; sleep 0.01; done')
    await side.peek(['exec', name, 'sh', '-c', 'while [ ! -e /tmp/count ]; do sleep 0.01; done'])
    const root = await side.peek(['mount', name])
    const count = () => readFileSync(join(root, 'tmp/count'), 'utf8').length
    await side.ok(['pause', name])
    const frozen = count()
    expect(await inspect(side, name, 'State.Status', 'State.Paused')).toBe('paused true')
    expect(count()).toBe(frozen)
    expect((await side.podman(['exec', name, 'true'])).code).not.toBe(0)
    await side.ok(['unpause', name])
    await side.peek(['exec', name, 'sh', '-c', `while [ $(wc -c < /tmp/count) = ${frozen} ]; do sleep 0.01; done`])
    expect(await inspect(side, name, 'State.Status')).toBe('running')
  })

  suite.same('update changes the limits of a running container', async (side) => {
    const name = await side.up(['--memory', '64m'])
    await side.peek(['update', '--memory', '32m', '--cpus', '0.3', name])
    const id = await side.peek(['inspect', '--format', '{{.Id}}', name])
    const path = `${side.engine.name}/libpod-${id}`
    expect(cgroupFile(path, 'memory', 'memory.limit_in_bytes', 'memory.max')).toBe('33554432')
    expect(cgroupFile(path, 'cpu', 'cpu.cfs_quota_us', 'cpu.max')).toMatch(/^30000\b/)
  })

  suite.same('top lists the processes of a container', async (side) => {
    const name = await side.up([], 'sleep 1000 & wait')
    await side.peek(['exec', name, 'sh', '-c', 'until ps | grep -q "sleep 100[0]"; do sleep 0.01; done'])
    const columns = (await side.peek(['top', name, 'user', 'comm'])).split('\n').slice(1)
    expect(columns.map((line) => line.split(/\s+/).slice(0, 2).join(' ')).sort()).toEqual(['root sh', 'root sleep'])
  })

  suite.same('stats reads the cgroup of a container', async (side) => {
    const name = await side.up(['--memory', '64m'])
    const format = '{{.Name}} {{.PIDs}} {{.MemUsage}}'
    const stats = await side.peek(['stats', '--no-stream', '--format', format, name])
    expect(stats).toMatch(new RegExp(`^${name} [12] [\\d.]+[kM]B / 67\\.11MB$`))
  })

  suite.same('inspect names the runtime, and the process is where it says', async (side) => {
    const name = await side.up()
    expect(await side.peek(['inspect', '--format', '{{.OCIRuntime}}', name])).toBe(side.runtime)
    const cgroup = await side.peek(['inspect', '--format', '{{.State.CgroupPath}}', name])
    const pid = await side.peek(['inspect', '--format', '{{.State.Pid}}', name])
    expect(cgroup).toStartWith(`/${side.engine.name}/libpod-`)
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(cgroup)
  })

  suite.same('attach shows what a running container writes', async (side) => {
    const name = await side.up([], 'read line; echo "read $line"', side.name())
    expect(await side.ok(['wait', name])).toBe('0')
    const second = side.name('interactive')
    await side.ok([
      'create',
      '--interactive',
      '--name',
      second,
      ...side.flags([]),
      IMAGE,
      'sh',
      '-c',
      'read a; echo "<$a>"',
    ])
    expect((await side.podman(['start', '--attach', '--interactive', second], { stdin: 'typed\n' })).stdout).toBe(
      '<typed>\n',
    )
  })

  suite.same('rm --force removes a running and a paused container', async (side) => {
    const [running, paused] = [await side.up(), await side.up([], FOREVER, side.name('paused'))]
    await side.ok(['pause', paused])
    await side.ok(['rm', '--force', '--time', '0', running])
    await side.ok(['rm', '--force', '--time', '0', paused])
  })

  suite.same('the containers of a pod share its namespaces, and stop with it', async (side) => {
    const pod = side.pod()
    const infra = ['--infra-image', IMAGE, '--infra-command', 'sleep 1000']
    await side.ok(['pod', 'create', '--name', pod, ...infra, ...side.flags([])])
    const name = await side.up([`--pod=${pod}`])
    const show = 'for name in ipc net uts pid; do readlink /proc/self/ns/$name; done'
    const first = await side.peek(['exec', name, 'sh', '-c', show])
    const second = await side.peek(['run', '--rm', `--pod=${pod}`, IMAGE, 'sh', '-c', show])
    const shared = first.split('\n').map((link, at) => link === second.split('\n')[at])
    expect(shared).toEqual([true, true, true, false])
    await side.ok(['pod', 'pause', pod])
    expect(await side.ok(['pod', 'inspect', '--format', '{{.State}}', pod])).toBe('Paused')
    await side.ok(['pod', 'unpause', pod])
    await side.ok(['pod', 'stop', '--time', '1', pod])
    expect(await side.ok(['pod', 'inspect', '--format', '{{.State}}', pod])).toBe('Exited')
    await side.ok(['pod', 'rm', pod])
  })

  suite.alone('an error of bunc reaches Podman through the log, once', async (side) => {
    const { stderr } = await side.run([IMAGE, 'no-such-command'])
    expect(stderr).toMatch(
      /^Error: bunc: Cannot create container "\w+": exec: "no-such-command": executable file not found/,
    )
  })
})

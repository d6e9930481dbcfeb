// The life of a container: started, stopped, killed, paused, restarted, watched, copied from, committed, removed.
import { expect } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { HEALTHCHECK_IMAGE, IMAGE, STUBBORN_IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

/** The fields of a container's state that both runtimes have to agree on. */
async function stateOf(side: Side, name: string): Promise<string> {
  const fields = ['Status', 'Running', 'Paused', 'Restarting', 'OOMKilled', 'Dead', 'ExitCode', 'Error']
  return side.ok(['inspect', '--format', fields.map((field) => `{{.State.${field}}}`).join(' '), name])
}

dockerSuite(
  'docker lifecycle',
  (suite) => {
    suite.same('a container is created, running, exited, and gone', async (side) => {
      const name = side.name()
      await side.ok(['create', '--name', name, ...side.flags([IMAGE, 'sh', '-c', FOREVER])])
      expect(await stateOf(side, name)).toStartWith('created false')
      await side.ok(['start', name])
      expect(await stateOf(side, name)).toStartWith('running true')
      const { State } = await side.daemon.inspect(name)
      expect(readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8')).toContain('trap')
      await side.ok(['stop', name])
      expect(await stateOf(side, name)).toStartWith('exited false')
      await side.ok(['rm', name])
      expect((await side.docker(['inspect', '--type', 'container', name])).code).toBe(1)
    })

    suite.same('stop lets a container end by itself', async (side) => {
      const name = await side.up([], 'trap "echo stopping; exit 21" TERM; echo ready; while :; do sleep 0.05; done')
      await side.waitForLog(name, /ready/)
      await side.ok(['stop', name])
      expect(await side.ok(['logs', name])).toBe('ready\nstopping')
      expect(await stateOf(side, name)).toEndWith(' 21')
    })

    suite.same('stop kills a container that ignores SIGTERM when its time is up', async (side) => {
      const name = side.name()
      await side.ok(['run', '--detach', '--name', name, ...side.flags([STUBBORN_IMAGE])])
      await side.waitForLog(name, /ready/)
      await side.ok(['stop', '--time', '1', name])
      expect(await stateOf(side, name)).toEndWith(' 137')
    })

    suite.same('stop sends the signal of --stop-signal', async (side) => {
      const script = 'trap "echo by USR2; exit 5" USR2; echo ready; while :; do sleep 0.05; done'
      const name = await side.up(['--stop-signal', 'SIGUSR2'], script)
      await side.waitForLog(name, /ready/)
      await side.ok(['stop', name])
      expect(await side.ok(['logs', name])).toContain('by USR2')
    })

    suite.same('kill --signal sends a signal by name and by number', async (side) => {
      const script = 'trap "echo usr1" USR1; trap "echo hup" HUP; echo ready; while :; do sleep 0.02; done'
      const name = await side.up([], script)
      await side.waitForLog(name, /ready/)
      await side.ok(['kill', '--signal', 'USR1', name])
      await side.waitForLog(name, /usr1/)
      await side.ok(['kill', '--signal', '1', name])
      await side.waitForLog(name, /hup/)
      await side.ok(['kill', name])
      expect(await side.ok(['wait', name])).toBe('137')
    })

    suite.same('process 1 without a handler is not ended by SIGTERM, but by SIGKILL', async (side) => {
      const name = await side.up([], 'while :; do sleep 0.02; done')
      await side.ok(['kill', '--signal', 'TERM', name])
      expect(await stateOf(side, name)).toStartWith('running')
      await side.ok(['kill', '--signal', 'KILL', name])
      expect(await side.ok(['wait', name])).toBe('137')
    })

    suite.same('kill of a container that has stopped is refused', async (side) => {
      const name = await side.up([], 'true')
      await side.ok(['wait', name])
      expect((await side.docker(['kill', name])).code).toBe(1)
      await side.ok(['stop', name])
    })

    suite.same('pause freezes every process and unpause lets them go on', async (side) => {
      const name = await side.up([], 'while :; do echo >> /tmp/count; sleep 0.01; done')
      const count = async () => (await side.peek(['cp', `${name}:/tmp/count`, '-'])).length
      await side.peek(['exec', name, 'sh', '-c', 'while [ ! -e /tmp/count ]; do sleep 0.01; done'])
      await side.ok(['pause', name])
      expect(await stateOf(side, name)).toStartWith('paused true true')
      expect((await side.docker(['pause', name])).code).toBe(1)
      const frozen = await count()
      expect(await count()).toBe(frozen)
      await side.ok(['unpause', name])
      expect(await stateOf(side, name)).toStartWith('running true false')
      expect((await side.docker(['unpause', name])).code).toBe(1)
    })

    suite.same('a paused container can be stopped, and one be removed', async (side) => {
      const [first, second] = [await side.up(), await side.up([], FOREVER, side.name('second'))]
      await side.ok(['pause', first, second])
      await side.ok(['stop', '--time', '1', first])
      await side.ok(['rm', '--force', second])
      side.record('status', (await side.daemon.inspect(first)).State.Status)
    })

    suite.same('restart starts a container anew', async (side) => {
      const name = await side.up([], `echo started as $$; hostname > /tmp/name; ${FOREVER}`)
      await side.waitForLog(name, /started/)
      const before = (await side.daemon.inspect(name)).State.Pid
      await side.ok(['restart', '--time', '5', name])
      await side.waitForLog(name, /started[^]*started/)
      expect((await side.daemon.inspect(name)).State.Pid).not.toBe(before)
      await side.ok(['exec', name, 'sh', '-c', 'cat /tmp/name | wc -l'])
    })

    suite.same('start starts a stopped container again with its files', async (side) => {
      const name = await side.up([], 'echo line >> /lines; cat /lines')
      await side.ok(['wait', name])
      expect(await side.ok(['start', '--attach', name])).toBe('line\nline')
    })

    suite.same('the restart policy starts a container that fails, as often as it says', async (side) => {
      const name = await side.up(['--restart', 'on-failure:2'], 'echo try; exit 3')
      await side.waitFor('given up', name, ({ State, RestartCount }) => RestartCount === 2 && State.Status === 'exited')
      expect(await side.ok(['logs', name])).toBe('try\ntry\ntry')
    })

    suite.same('logs shows what was written, the last lines, and follows to the end', async (side) => {
      const name = await side.up([], 'echo problem >&2; sleep 0.3; seq 1 5; sleep 0.3; echo last')
      const followed = side.docker(['logs', '--follow', name])
      await side.peek(['wait', name])
      expect((await followed).stdout).toBe('1\n2\n3\n4\n5\nlast\n')
      expect((await side.docker(['logs', '--tail', '2', name])).stdout).toContain('last')
    })

    suite.same('cp copies files in and out, of running and of stopped containers', async (side) => {
      const name = await side.up([], `mkdir -p /out/deep; echo inside > /out/deep/file; ${FOREVER}`)
      mkdirSync(join(side.dir, 'in'))
      writeFileSync(join(side.dir, 'in/file'), 'from the host\n', { mode: 0o640 })
      await side.ok(['cp', join(side.dir, 'in'), `${name}:/tmp/in`])
      expect(await side.ok(['exec', name, 'sh', '-c', 'stat -c "%a %u" /tmp/in/file; cat /tmp/in/file'])).toBe(
        '640 0\nfrom the host',
      )
      await side.peek(['exec', name, 'sh', '-c', 'while [ ! -e /out/deep/file ]; do sleep 0.02; done'])
      await side.ok(['cp', `${name}:/out`, join(side.dir, 'out')])
      expect(readFileSync(join(side.dir, 'out/deep/file'), 'utf8')).toBe('inside\n')
      await side.ok(['stop', name])
      await side.ok(['cp', `${name}:/out/deep/file`, join(side.dir, 'later')])
      expect(existsSync(join(side.dir, 'later'))).toBe(true)
    })

    suite.same('diff lists what a container has changed, and commit keeps it', async (side) => {
      const name = await side.up([], 'echo new > /new; rm /etc/group; echo more >> /etc/passwd')
      await side.ok(['wait', name])
      const changed = (await side.daemon.ok(['diff', name])).split('\n').sort()
      expect(changed).toEqual(['A /new', 'C /etc', 'C /etc/passwd', 'D /etc/group'])
      const image = side.name('image')
      await side.ok(['commit', name, image])
      expect((await side.run([image, 'cat', '/new'])).stdout).toBe('new\n')
      await side.peek(['rmi', image])
    })

    suite.same('a container of a running one’s commit has its files', async (side) => {
      const name = await side.up([], `echo live > /live; echo ready; ${FOREVER}`)
      await side.waitForLog(name, /ready/)
      const image = side.name('image')
      await side.ok(['commit', name, image])
      expect(await side.ok(['inspect', '--format', '{{.State.Status}}', name])).toBe('running')
      expect((await side.run([image, 'cat', '/live'])).stdout).toBe('live\n')
      await side.peek(['rmi', image])
    })

    suite.same('a health check turns healthy, and unhealthy is told', async (side) => {
      const name = side.name()
      await side.ok(['run', '--detach', '--name', name, ...side.flags([HEALTHCHECK_IMAGE])])
      expect((await side.daemon.inspect(name)).State.Health?.Status).toBe('starting')
      await side.ok(['exec', name, 'touch', '/tmp/healthy'])
      await side.waitFor('healthy', name, ({ State }) => State.Health?.Status === 'healthy')
    })

    suite.same('events tells of every step', async (side) => {
      const name = await side.up([], 'exit 3')
      await side.ok(['wait', name])
      await side.ok(['rm', name])
      const window = ['--since', '10m', '--until', `${Math.floor(Date.now() / 1000) + 1}`]
      const format = '{{.Action}} {{.Actor.Attributes.exitCode}}'
      const { stdout } = await side.daemon.docker([
        'events',
        ...window,
        '--filter',
        `container=${name}`,
        '--format',
        format,
      ])
      side.record('events', stdout)
      expect(stdout).toMatch(/^create[^]*start[^]*die 3[^]*destroy/)
    })

    suite.same('rm --force removes a running container, and a name can be used at once again', async (side) => {
      const name = await side.up()
      await side.ok(['rm', '--force', name])
      await side.up([], FOREVER, name)
      await side.ok(['rm', '--force', name])
    })
  },
  { images: [STUBBORN_IMAGE, HEALTHCHECK_IMAGE] },
)

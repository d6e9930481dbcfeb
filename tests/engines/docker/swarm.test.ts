// Services of a swarm, where the default runtime is bunc: SwarmKit has no flag for a runtime, so that is the only way to
// it. The other side is a daemon that has never heard of a default. Both daemons are swarms of one node, each in a
// network namespace of its own, for a swarm makes a bridge.
//
// What does not run here: services of overlay networks that talk to each other (there is no iptables for the daemon), and
// Compose itself, which no package of this release brings; "docker stack deploy" reads the same files, and the containers
// that Compose would make of one differ from those of "docker run" in labels alone.
import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'

import type { DockerDaemon } from './daemon.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

const swarms = new WeakMap<DockerDaemon, Promise<string>>()

/** Makes a swarm of the daemon, once. */
async function joined({ daemon }: Side): Promise<void> {
  const addresses = ['--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377']
  const made = swarms.get(daemon) ?? daemon.ok(['swarm', 'init', ...addresses])
  swarms.set(daemon, made)
  await made
}

/** Makes a service that runs `script` with `flags`; gives its name. It is removed in the end. */
async function serve(side: Side, flags: readonly string[], script: string, body: (name: string) => Promise<void>) {
  await joined(side)
  const name = side.name('service')
  await side.ok(['service', 'create', '--quiet', '--detach', '--name', name, ...flags, IMAGE, 'sh', '-c', script])
  try {
    await body(name)
  } finally {
    await side.peek(['service', 'rm', name])
    await gone(side, name)
  }
}

/** The ids of the containers of a service, of those that have ended as well. */
async function containersOf(side: Side, service: string, ...flags: readonly string[]): Promise<string[]> {
  const label = `label=com.docker.swarm.service.name=${service}`
  return (await side.peek(['ps', '--quiet', '--filter', label, ...flags])).split('\n').filter((id) => id !== '')
}

/** Waits until the last container of a service that was removed is removed as well. */
async function gone(side: Side, service: string): Promise<void> {
  const met = async () => (await containersOf(side, service, '--all')).length === 0
  await eventually(`no container of "${service}"`, met, 30_000)
}

/** Waits until `count` containers of a service run; gives their ids. */
function running(side: Side, service: string, count: number): Promise<string[]> {
  const look = async () => {
    const ids = await containersOf(side, service)
    return ids.length === count && ids
  }
  return eventually(`${count} tasks of "${service}"`, look, 30_000)
}

async function waitForLogs(side: Side, service: string, pattern: RegExp): Promise<void> {
  const met = async () => pattern.test(await side.peek(['service', 'logs', '--raw', service]))
  await eventually(`${pattern} in the logs of "${service}"`, met, 30_000)
}

dockerSuite(
  'docker swarm',
  (suite) => {
    suite.same('a service runs as many containers as it is scaled to', (side) =>
      serve(side, ['--network', 'host', '--replicas', '2'], `echo up; ${FOREVER}`, async (name) => {
        const first = await running(side, name, 2)
        await side.peek(['service', 'scale', '--detach', `${name}=4`])
        expect(await running(side, name, 4)).toEqual(expect.arrayContaining(first))
        // Logs go with their containers.
        await waitForLogs(side, name, /up\nup\nup\nup/)
        await side.peek(['service', 'scale', '--detach', `${name}=1`])
        await running(side, name, 1)
      }),
    )

    suite.same('the containers of a service have the runtime that is the default', (side) =>
      serve(side, ['--network', 'host'], FOREVER, async (name) => {
        const [id = ''] = await running(side, name, 1)
        expect(await side.peek(['inspect', '--format', '{{.HostConfig.Runtime}}', id])).toBe(side.runtime)
        expect(await side.peek(['exec', id, 'echo', 'inside'])).toBe('inside')
      }),
    )

    suite.same('a task that fails is replaced', (side) =>
      serve(side, ['--network', 'host', '--restart-delay', '100ms'], `echo up; sleep 1; exit 3`, async (name) => {
        await waitForLogs(side, name, /up\nup/)
        const tasks = ['service', 'ps', '--format', '{{.Error}}', '--filter', 'desired-state=shutdown', name]
        await eventually('a failed task', async () => (await side.peek(tasks)).includes('non-zero exit (3)'), 30_000)
      }),
    )

    suite.same('an update replaces the containers of a service', (side) =>
      serve(side, ['--network', 'host', '--env', 'COLOUR=blue'], `echo "$COLOUR"; ${FOREVER}`, async (name) => {
        const [before] = await running(side, name, 1)
        await waitForLogs(side, name, /blue/)
        await side.peek(['service', 'update', '--quiet', '--detach', '--env-add', 'COLOUR=red', name])
        await waitForLogs(side, name, /red/)
        expect(await running(side, name, 1)).not.toEqual([before ?? ''])
      }),
    )

    suite.same('a service has limits, secrets, configs and mounts', async (side) => {
      await joined(side)
      const file = join(side.dir, 'word')
      writeFileSync(file, 'the word\n')
      const [secret, config] = [side.name('secret'), side.name('config')]
      await side.peek(['secret', 'create', secret, file])
      await side.peek(['config', 'create', config, file])
      const flags = [
        ...['--network', 'host', '--limit-memory', '64m', '--limit-pids', '50', '--read-only', '--user', 'alice'],
        ...['--secret', `source=${secret},target=word,uid=1001,mode=0400`, '--config', `source=${config},target=/word`],
        ...['--mount', 'type=tmpfs,target=/tmp,tmpfs-size=65536', '--cap-drop', 'ALL', '--hostname', 'somewhere'],
      ]
      const script = `id; cat /run/secrets/word /word; grep -E " /(tmp|run/secrets/word|word) " /proc/mounts | cut -d " " -f 2,4
        touch /x /tmp/x 2>&1; grep CapEff /proc/self/status; hostname; echo end; ${FOREVER}`
      await serve(side, flags, script, async (name) => {
        await waitForLogs(side, name, /end/)
        const logs = await side.peek(['service', 'logs', '--raw', name])
        expect(logs).toMatch(/^uid=1001\(alice\).*\nthe word\nthe word\n[^]*Read-only[^]*CapEff:\t0000000000000000\n/)
        side.record('logs', logs)
        const [id = ''] = await running(side, name, 1)
        side.record(
          'limits',
          await side.peek(['inspect', '--format', '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}', id]),
        )
      })
      await side.peek(['secret', 'rm', secret])
      await side.peek(['config', 'rm', config])
    })

    suite.same('a command that is missing fails the task with its name', (side) =>
      serve(
        side,
        ['--network', 'host', '--restart-condition', 'none', '--entrypoint', '/no/such'],
        '',
        async (name) => {
          const tasks = ['service', 'ps', '--no-trunc', '--format', '{{.Error}}', name]
          await eventually('the reason', async () => /\/no\/such.*no such file/.test(await side.peek(tasks)), 30_000)
        },
      ),
    )

    suite.same('a stack of services is deployed from a Compose file, and removed', async (side) => {
      await joined(side)
      const service = (words: string) => ({ image: IMAGE, networks: ['host'], command: ['sh', '-c', words] })
      const services = {
        first: { ...service(`echo $$COLOUR; ${FOREVER}`), environment: { COLOUR: 'green' } },
        second: { ...service(`cat /file; ${FOREVER}`), volumes: [`${join(side.dir, 'file')}:/file:ro`] },
      }
      const networks = { host: { external: true, name: 'host' } }
      writeFileSync(join(side.dir, 'file'), 'of the host\n')
      writeFileSync(join(side.dir, 'compose.yml'), JSON.stringify({ version: '3.8', services, networks }))
      const stack = side.name('stack')
      await side.peek(['stack', 'deploy', '--compose-file', join(side.dir, 'compose.yml'), stack])
      await waitForLogs(side, `${stack}_first`, /green/)
      await waitForLogs(side, `${stack}_second`, /of the host/)
      await side.peek(['stack', 'rm', stack])
      for (const name of ['first', 'second']) await gone(side, `${stack}_${name}`)
    })
  },
  { ownNetwork: true, buncDaemon: { ownNetwork: true, documented: 'default-runtime' } },
)

// Namespaces: private, the host's, another container's; told by their identities and by what is seen in them.
import { expect } from 'bun:test'

import { namespaceOwners, SHOW_NAMESPACES } from '../namespaces.ts'
import { commandOf } from '../traces.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

/** Flags, and what the container has to be in besides namespaces of its own. */
const CHOICES: readonly { flags: readonly string[]; host: readonly string[] }[] = [
  { flags: [], host: ['user', 'time'] },
  { flags: ['--network', 'host'], host: ['net'] },
  { flags: ['--ipc', 'host'], host: ['ipc'] },
  { flags: ['--pid', 'host'], host: ['pid'] },
  { flags: ['--uts', 'host'], host: ['uts'] },
  { flags: ['--userns', 'host'], host: ['user'] },
  { flags: ['--cgroupns', 'host'], host: ['cgroup'] },
  { flags: ['--cgroupns', 'private'], host: ['user'] },
  { flags: ['--ipc', 'private'], host: ['user'] },
  { flags: ['--ipc', 'none'], host: ['user'] },
  {
    flags: ['--network', 'host', '--ipc', 'host', '--pid', 'host', '--uts', 'host', '--cgroupns', 'host'],
    host: ['cgroup', 'ipc', 'net', 'pid', 'user', 'uts'],
  },
]

/** The namespaces of the process 1 of a container, or of one that is executed in it. */
async function identities(side: Side, name: string): Promise<string[]> {
  return (await side.peek(['exec', name, 'sh', '-c', SHOW_NAMESPACES])).split('\n')
}

/** Starts a container with `flags` that name the running one as NAME; gives the namespaces that both are in. */
async function shared(side: Side, first: readonly string[], flags: readonly string[]): Promise<string[]> {
  const owner = await side.up(first)
  const guest = await side.up(
    flags.map((flag) => flag.replace('NAME', owner)),
    undefined,
    side.name('guest'),
  )
  const [theirs, ours] = [await identities(side, owner), await identities(side, guest)]
  const common = ours.filter((link) => theirs.includes(link)).map((link) => link.split(':')[0] ?? '')
  side.record('shared namespaces', common)
  return common
}

dockerSuite('docker namespaces', (suite) => {
  for (const { flags, host } of CHOICES) {
    suite.same(`run ${flags.join(' ') || 'without flags'} chooses the namespaces`, async (side) => {
      const owners = namespaceOwners(await side.shell(flags, SHOW_NAMESPACES))
      for (const type of host) expect(owners).toContain(`${type}: host`)
      expect(owners).toContain('mnt: private')
      side.record('namespaces', owners)
    })
  }

  suite.same('run --network container:NAME joins the network', async (side) => {
    const common = await shared(side, [], ['--network', 'container:NAME'])
    expect(common).toContain('net')
    expect(common).not.toContain('ipc')
  })

  suite.same('run --ipc container:NAME joins the shared memory of a shareable container', async (side) => {
    const common = await shared(side, ['--ipc', 'shareable'], ['--ipc', 'container:NAME'])
    expect(common).toContain('ipc')
    await side.ok(['exec', side.name(), 'sh', '-c', 'echo shared > /dev/shm/note'])
    expect(await side.ok(['exec', side.name('guest'), 'cat', '/dev/shm/note'])).toBe('shared')
  })

  suite.same('run --pid container:NAME sees the processes of the other', async (side) => {
    const common = await shared(side, [], ['--pid', 'container:NAME'])
    expect(common).toContain('pid')
    const seen = await side.peek(['exec', side.name('guest'), 'sh', '-c', 'grep -l trap /proc/[0-9]*/cmdline | wc -l'])
    expect(Number(seen)).toBeGreaterThanOrEqual(2)
  })

  suite.same('a container in the pid namespace of another ends alone', async (side) => {
    await shared(side, [], ['--pid', 'container:NAME'])
    await side.ok(['rm', '--force', side.name('guest')])
    expect(await side.ok(['inspect', '--format', '{{.State.Status}}', side.name()])).toBe('running')
  })

  suite.same('a container in the host’s pid namespace takes its processes with it when it is removed', async (side) => {
    const script = 'sleep 3210 & sleep 3210 & echo ready; wait'
    const name = await side.up(['--pid', 'host'], script)
    await side.waitForLog(name, /ready/)
    const pids = (await side.peek(['top', name, '-eo', 'pid'])).match(/\d+/g) ?? []
    expect(pids.length).toBe(3)
    await side.ok(['rm', '--force', name])
    // A process that was killed and not yet waited for has no command line.
    expect(pids.filter((pid) => commandOf(Number(pid)) !== '')).toEqual([])
  })

  suite.rows([
    {
      name: 'run --network none has a loopback and nothing else',
      flags: [],
      command: 'ip addr show | cut -d" " -f1-8',
      says: /LOOPBACK/,
    },
    {
      name: 'run --network host sees the host’s name',
      flags: ['--network', 'host'],
      command: 'hostname; cat /proc/net/dev | wc -l',
      says: /\w/,
    },
    { name: 'run --uts host has the host’s name', flags: ['--uts', 'host'], command: 'hostname', says: /\w/ },
    {
      name: 'run --pid host shows process 1 of the host',
      flags: ['--pid', 'host'],
      command: 'cat /proc/1/comm; [ $$ -gt 1 ]',
      says: /\w/,
    },
  ])
})

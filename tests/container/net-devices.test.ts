// `linux.netDevices`: interfaces that move from the network namespace of the runtime into that of the container. Each
// test has a namespace of its own in the place of the host's, with one end of a veth pair to be moved.
import { expect } from 'bun:test'

import type { Box } from '#tests/support/box.ts'
import { containerTest, lacks, only } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_MOUNTS, type Spec } from '#tests/support/spec.ts'
import { succeeded } from '#tests/support/box.ts'
import type { Outcome } from '#tests/support/spawn.ts'

const runcOld = lacks('runc', 'does not know the field', { until: '1.4.0' })
const crunOld = lacks('crun', 'does not know the field', { until: '1.23' })
const iproute2 = only(
  Bun.which('ip') !== null && Bun.which('nsenter') !== null,
  'ip and nsenter (iproute2, util-linux)',
)

const MAC = '02:00:00:00:00:07'

const MAPS = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
const IN_USER_NAMESPACE = {
  namespaces: ['user', 'pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
  uidMappings: MAPS,
  gidMappings: MAPS,
}

/** A network namespace that stands for the host's, with the interfaces `moved` and `peer`. */
class PretendedHost implements AsyncDisposable {
  constructor(readonly box: Box) {}

  static async make(box: Box): Promise<PretendedHost> {
    const host = new PretendedHost(box)
    succeeded(await box.program(['ip', 'netns', 'add', box.name]))
    await host.ip(`link add moved mtu 1400 address ${MAC} type veth peer name peer`)
    await host.ip('address add 10.9.8.7/24 dev moved')
    await host.ip('address add fd00:9::7/64 dev moved nodad')
    await host.ip('link set moved up')
    await host.ip('link set peer up')
    return host
  }

  async ip(words: string): Promise<string> {
    return succeeded(await this.box.program(['ip', '-n', this.box.name, ...words.split(' ')]))
  }

  /** Runs the runtime's command line `argv` there. */
  call(argv: readonly string[]): Promise<Outcome> {
    return this.box.program(['nsenter', `--net=/run/netns/${this.box.name}`, '--', ...argv])
  }

  /** `run` of a shell script, which must succeed; gives its standard output. */
  async shell(script: string, spec: Spec): Promise<string> {
    this.box.configure({ ...spec, process: { args: ['sh', '-c', script] } })
    return succeeded(await this.call(this.box.runArgv()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box.program(['ip', 'netns', 'delete', this.box.name])
  }
}

containerTest(
  'an interface of the host is the container’s, up, with its addresses, its MTU and its hardware address',
  async (box) => {
    await using host = await PretendedHost.make(box)
    const seen = await host.shell('ip addr show dev moved; echo; ip -o link', {
      linux: { netDevices: { moved: {} } },
    })
    const [device = '', links = ''] = seen.split('\n\n')
    expect(device).toContain('inet 10.9.8.7/24')
    expect(device).toContain('inet6 fd00:9::7/64')
    expect(device).toContain('mtu 1400')
    expect(device).toContain(`link/ether ${MAC}`)
    expect(device).toMatch(/<[^>]*\bUP\b/)
    expect(links.trim().split('\n')).toHaveLength(2)
    expect(await host.ip('-o link')).not.toContain(' moved')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'an interface has the name in the container that config.json gives it',
  async (box) => {
    await using host = await PretendedHost.make(box)
    const out = await host.shell('ip addr show dev eth0; ip -o link | wc -l', {
      linux: { netDevices: { moved: { name: 'eth0' } } },
    })
    expect(out).toContain('inet 10.9.8.7/24')
    expect(out).toEndWith('\n2\n')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'a name with a template becomes the next that is free',
  async (box) => {
    await using host = await PretendedHost.make(box)
    await host.ip('link add other type veth peer name far')
    const netDevices = { moved: { name: 'net%d' }, other: { name: 'net%d' } }
    const out = await host.shell('ip -o link | cut -d: -f2 | cut -d@ -f1; ip addr show dev net0', {
      linux: { netDevices },
    })
    expect(out.split('\n').slice(0, 3).sort()).toEqual([' lo', ' net0', ' net1'])
    expect(out).toContain('inet 10.9.8.7/24')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'a container in a user namespace gets its interface too',
  async (box) => {
    await using host = await PretendedHost.make(box)
    await box.program(['chown', '-R', '100000:100000', box.rootfs])
    const out = await host.shell('ip addr show dev moved', {
      linux: { ...IN_USER_NAMESPACE, netDevices: { moved: {} } },
    })
    expect(out).toContain('inet 10.9.8.7/24')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'create refuses an interface that the host does not have',
  async (box) => {
    await using host = await PretendedHost.make(box)
    box.configure({ linux: { netDevices: { absent: {} } } })
    assertRefused(await host.call(box.runArgv()), /absent/)
    expect(box.stateIds()).toEqual([])
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'create refuses a name that the container has already, and the host keeps its interface',
  async (box) => {
    await using host = await PretendedHost.make(box)
    box.configure({ linux: { netDevices: { moved: { name: 'lo' } } } })
    assertRefused(await host.call(box.runArgv()), /exists/)
    expect(await host.ip('address show dev moved')).toContain('inet 10.9.8.7/24')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest(
  'a container that cannot be made gives its interface back as it was',
  async (box) => {
    await using host = await PretendedHost.make(box)
    await box.program(['chown', '-R', '100000:100000', box.rootfs])
    box.configure({
      process: { args: ['/bin/absent'] },
      linux: { ...IN_USER_NAMESPACE, netDevices: { moved: { name: 'eth0' } } },
    })
    assertRefused(await host.call(box.runArgv()), /absent/)
    const device = await host.ip('address show dev moved')
    expect(device).toContain('inet 10.9.8.7/24')
    expect(device).toContain('inet6 fd00:9::7/64')
    expect(device).toMatch(/<[^>]*\bUP\b/)
  },
  iproute2,
)

containerTest(
  'a network namespace that is joined gets the interface, and keeps it when the container is gone',
  async (box) => {
    await using host = await PretendedHost.make(box)
    const path = `/run/netns/${box.name}`
    box.configure({
      process: { args: ['ip', 'addr', 'show', 'dev', 'eth7'] },
      // A user namespace may not mount the sysfs of a network namespace that is not its own.
      mounts: DEFAULT_MOUNTS.filter(({ type }) => type !== 'sysfs'),
      linux: {
        ...IN_USER_NAMESPACE,
        namespaces: IN_USER_NAMESPACE.namespaces.map((one) => (one.type === 'network' ? { ...one, path } : one)),
        netDevices: { [box.name.slice(-6)]: { name: 'eth7' } },
      },
    })
    await box.program(['chown', '-R', '100000:100000', box.rootfs])
    // The other way round: the runtime in a namespace of its own, and the container in the one with the veth pair.
    const setting = `ip link add ${box.name.slice(-6)} type veth peer name far netns ${box.name} && exec "$@"`
    const out = succeeded(await box.program(['unshare', '--net', 'sh', '-c', setting, 'sh', ...box.runArgv()]))
    expect(out).toMatch(/eth7.*<[^>]*\bUP\b/)
    expect(await host.ip('-o link')).toContain(' eth7@')
  },
  iproute2,
  runcOld,
  crunOld,
)

containerTest('the loopback of a new network namespace is up', async (box) => {
  expect(await box.shell('ip addr show dev lo')).toMatch(/<[^>]*\bUP\b[^]*inet 127\.0\.0\.1/)
})

// The strongest of the comparisons: everything that a process can see of itself and its container, for many ways to
// start one, has to be the same line by line.
import { expect } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { grantsEveryCapability } from '../capabilities.ts'
import { comparable, INVENTORY } from '../inventory.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

/** What is asked for, and a line that shows that it was given. */
const WAYS: readonly { name: string; flags: readonly string[]; shows: RegExp }[] = [
  { name: 'without flags', flags: [], shows: /^Seccomp:\t2$/m },
  { name: 'as a user', flags: ['--user', 'alice', '--workdir', '/home/alice'], shows: /^uid=1001/m },
  { name: 'as a user without a name', flags: ['--user', '4242', '--group-add', '99'], shows: /^uid=4242/m },
  {
    name: 'read-only with volumes',
    flags: [
      '--read-only',
      '--tmpfs',
      '/tmp',
      '-v',
      'DIR/data:/data',
      '-v',
      'DIR/data/file:/etc/file:ro',
      '-v',
      '/srv/some/anonymous',
    ],
    shows: /^\/data on \/: .* rw,relatime/m,
  },
  {
    name: 'with limits',
    flags: [
      '--memory',
      '64m',
      '--cpus',
      '0.5',
      '--cpu-shares',
      '300',
      '--pids-limit',
      '40',
      '--cpuset-cpus',
      '0',
      '--ulimit',
      'nofile=500:500',
      '--oom-score-adj',
      '77',
      '--shm-size',
      '3m',
    ],
    shows: /67108864/,
  },
  {
    name: 'without capabilities and new privileges',
    flags: ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    shows: /^CapBnd:\t0{16}$/m,
  },
  {
    name: 'with the administrator’s capabilities and no filter',
    flags: [
      '--cap-add',
      'SYS_ADMIN',
      '--cap-add',
      'NET_ADMIN',
      '--security-opt',
      'seccomp=unconfined',
      '--security-opt',
      'apparmor=unconfined',
    ],
    shows: /^Seccomp:\t0$/m,
  },
  { name: 'with nothing masked', flags: ['--security-opt', 'systempaths=unconfined'], shows: /^_ses\./m },
  {
    name: 'in the namespaces of the host',
    flags: ['--network', 'host', '--ipc', 'host', '--pid', 'host', '--uts', 'host', '--cgroupns', 'host'],
    shows: /^net: host$/m,
  },
  {
    name: 'in a cgroup namespace of its own, with an init',
    flags: ['--cgroupns', 'private', '--init', '--hostname', 'named', '--domainname', 'example.org'],
    shows: /^named$/m,
  },
  {
    name: 'with parameters and devices',
    flags: [
      '--sysctl',
      'net.core.somaxconn=77',
      '--sysctl',
      'kernel.msgmax=9999',
      '--device',
      '/dev/full:/dev/also/full',
      '--device-cgroup-rule',
      'c 10:200 rwm',
      '--env',
      'A=b',
    ],
    shows: /^\/dev\/also\/full character/m,
  },
  { name: 'privileged, as a user', flags: ['--privileged', '--user', 'alice'], shows: /^Seccomp:\t0$/m },
  ...(grantsEveryCapability ? [{ name: 'privileged', flags: ['--privileged'], shows: /^Seccomp:\t0$/m }] : []),
]

function prepare(side: Side): void {
  mkdirSync(join(side.dir, 'data'))
  writeFileSync(join(side.dir, 'data/file'), '')
}

/** Records the inventory `text`; `shows` has to be in it. */
function recordInventory(side: Side, text: string, shows: RegExp): void {
  const inventory = comparable(text)
  expect(inventory).toMatch(shows)
  expect(inventory).toContain('\n== attempts\n')
  side.record('inventory', inventory)
}

dockerSuite('docker inventory', (suite) => {
  for (const { name, flags, shows } of WAYS) {
    suite.same(`a container ${name} is the same inside`, async (side) => {
      prepare(side)
      const resolved = flags.map((flag) => flag.replaceAll('DIR', side.dir))
      recordInventory(side, await side.shell(resolved, INVENTORY), shows)
    })
  }

  suite.same('a container with a terminal is the same inside', async (side) => {
    await using session = side.terminal(['run', '--rm', '-it', ...side.flags([IMAGE, 'sh', '-c', INVENTORY])])
    expect(await session.end()).toBe(0)
    recordInventory(side, session.shown, /^\/dev\/pts\/0$/m)
  })

  for (const flags of [
    [],
    ['--user', 'alice'],
    ['--privileged', '--user', 'bob'],
    ['--env', 'A=b', '--workdir', '/etc'],
  ]) {
    if (flags.includes('--privileged') && !grantsEveryCapability) continue
    suite.same(`what exec ${flags.join(' ') || 'without flags'} starts is the same inside`, async (side) => {
      const name = await side.up(['--memory', '64m', '--cap-drop', 'CHOWN'], FOREVER)
      recordInventory(side, await side.peek(['exec', ...flags, name, 'sh', '-c', INVENTORY]), /67108864/)
    })
  }
})

/** Which sysctls a container may set: only those of its own namespaces, however the name is spelt. */

import { expect, test } from 'bun:test'
import { SYSCTLS, sysctlNamespace, sysctlPath, sysctlRules } from '#src/config/rules/sysctl.ts'
import { testRules } from './tables.ts'

const HOST = 'belongs to no namespace and would be set for the host'
const sysctl = (name: string, ...types: string[]) => ({
  'linux.sysctl': { [name]: '1' },
  'linux.namespaces': types.map((type) => ({ type })),
})
const all = ['network', 'ipc', 'uts', 'user']

testRules(
  sysctlRules,
  [
    [sysctl('net.ipv4.ip_forward'), 'linux.sysctl["net.ipv4.ip_forward"]: needs a namespace of type "network"'],
    [sysctl('net/ipv4/ip_forward', 'ipc'), 'linux.sysctl["net/ipv4/ip_forward"]: needs a namespace of type "network"'],
    [sysctl('kernel.shmmax', 'network'), 'linux.sysctl["kernel.shmmax"]: needs a namespace of type "ipc"'],
    [sysctl('fs.mqueue.msg_max'), 'linux.sysctl["fs.mqueue.msg_max"]: needs a namespace of type "ipc"'],
    [sysctl('kernel.domainname'), 'linux.sysctl["kernel.domainname"]: needs a namespace of type "uts"'],
    [sysctl('user.max_user_namespaces'), 'linux.sysctl["user.max_user_namespaces"]: needs a namespace of type "user"'],
    [sysctl('kernel.hostname', ...all), 'linux.sysctl["kernel.hostname"]: is what the field hostname is for'],
    [sysctl('kernel/hostname', ...all), 'linux.sysctl["kernel/hostname"]: is what the field hostname is for'],
    [sysctl('kernel.core_pattern', ...all), `linux.sysctl["kernel.core_pattern"]: ${HOST}`],
    [sysctl('vm.swappiness', ...all), `linux.sysctl["vm.swappiness"]: ${HOST}`],
    [sysctl('kernel.shmmax2', ...all), `linux.sysctl["kernel.shmmax2"]: ${HOST}`],
    [sysctl('network.x', ...all), `linux.sysctl["network.x"]: ${HOST}`],
    [
      sysctl('net/../kernel/core_pattern', ...all),
      'linux.sysctl["net/../kernel/core_pattern"]: is not the name of a sysctl',
    ],
    [sysctl('net.//.kernel', ...all), `linux.sysctl["net.//.kernel"]: is not the name of a sysctl`],
    [sysctl('net..x', ...all), 'linux.sysctl["net..x"]: is not the name of a sysctl'],
    [sysctl('/net/x', ...all), 'linux.sysctl["/net/x"]: is not the name of a sysctl'],
    [sysctl('', ...all), 'linux.sysctl[""]: is not the name of a sysctl'],
  ],
  [
    sysctl('net.ipv4.ip_forward', ...all),
    sysctl('net/ipv4/conf/eth0.100/forwarding', ...all),
    sysctl('kernel.sem', 'ipc'),
    sysctl('kernel/sem', 'ipc'),
    sysctl('fs.mqueue.msg_max', 'ipc'),
    { ...sysctl('net.core.somaxconn'), 'linux.namespaces': [{ type: 'network', path: '/run/netns/a' }] },
  ],
)

test('the first separator decides and the other one stands for a dot inside a name', () => {
  const path = ['net', 'ipv4', 'conf', 'eth0.100', 'forwarding']
  expect(sysctlPath('net.ipv4.conf.eth0/100.forwarding')).toEqual(path)
  expect(sysctlPath('net/ipv4/conf/eth0.100/forwarding')).toEqual(path)
})

test('no spelling leads out of the directory of the namespace', () => {
  const names = ['net', '.', '..', '', 'kernel', 'core_pattern', '/', '//', './', '../']
  for (const a of names)
    for (const b of names)
      for (const c of names)
        for (const separator of ['.', '/']) {
          const path = sysctlPath([a, b, c].join(separator))
          for (const part of path ?? [])
            expect(['', '.', '..', undefined].includes(part) || part.includes('/')).toBe(false)
        }
})

test('every row of the table is reached by its own name', () => {
  for (const [name, namespace] of Object.entries(SYSCTLS)) {
    const path = sysctlPath(name.endsWith('.') ? `${name}x` : name)
    expect(path && sysctlNamespace(path)).toBe(namespace)
  }
})

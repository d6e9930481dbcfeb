// hostname, domainname and sysctl: what a container sets in the namespaces that are its own.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'

import { containerTest, lacks } from '#tests/support/container-test.ts'
import { assertRefused } from '#tests/support/refusals.ts'
import { DEFAULT_NAMESPACES } from '#tests/support/spec.ts'

const without = (type: string) => DEFAULT_NAMESPACES.filter((entry) => entry.type !== type)
const read = (path: string) => readFileSync(path, 'utf8')

containerTest('hostname is the name of the container and not of the host', async (box) => {
  const before = read('/proc/sys/kernel/hostname')
  expect(await box.shell('hostname', { hostname: 'my-name.example' })).toBe('my-name.example\n')
  expect(read('/proc/sys/kernel/hostname')).toBe(before)
})

containerTest(
  'domainname is that of the container and not of the host',
  async (box) => {
    const before = read('/proc/sys/kernel/domainname')
    expect(await box.shell('cat /proc/sys/kernel/domainname', { domainname: 'my.domain' })).toBe('my.domain\n')
    expect(read('/proc/sys/kernel/domainname')).toBe(before)
  },
  lacks('runc', 'knows no domainname', { until: '1.2.0' }),
)

containerTest('a container without a hostname has that of the host at first', async (box) => {
  expect(await box.shell('hostname', { hostname: null })).toBe(read('/proc/sys/kernel/hostname'))
})

containerTest('create refuses a hostname without a uts namespace', async (box) => {
  const before = read('/proc/sys/kernel/hostname')
  const outcome = await box.create({ hostname: 'evil', linux: { namespaces: without('uts') } })
  assertRefused(outcome, /uts|hostname/i)
  expect(read('/proc/sys/kernel/hostname')).toBe(before)
})

containerTest('a sysctl of the network namespace is set', async (box) => {
  const sysctl = { 'net.ipv4.ip_forward': '1', 'net.ipv4.ip_unprivileged_port_start': '77' }
  const script = 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_unprivileged_port_start'
  expect(await box.shell(script, { linux: { sysctl } })).toBe('1\n77\n')
})

containerTest('a sysctl of the ipc namespace is set', async (box) => {
  const before = read('/proc/sys/kernel/shmmni')
  const sysctl = { 'kernel.shmmni': '1234', 'kernel.msgmax': '4321', 'fs.mqueue.msg_max': '7' }
  const script = 'cat /proc/sys/kernel/shmmni /proc/sys/kernel/msgmax /proc/sys/fs/mqueue/msg_max'
  expect(await box.shell(script, { linux: { sysctl } })).toBe('1234\n4321\n7\n')
  expect(read('/proc/sys/kernel/shmmni')).toBe(before)
})

containerTest('a sysctl may be written with slashes', async (box) => {
  const sysctl = { 'net/ipv4/ip_forward': '1' }
  expect(await box.shell('cat /proc/sys/net/ipv4/ip_forward', { linux: { sysctl } })).toBe('1\n')
})

for (const name of ['vm.swappiness', 'kernel.panic', 'fs.file-max', 'kernel.core_pattern']) {
  containerTest(`create refuses ${name}, which belongs to the whole host`, async (box) => {
    const file = `/proc/sys/${name.replaceAll('.', '/')}`
    const before = read(file)
    const outcome = await box.create({ linux: { sysctl: { [name]: '1' } } })
    assertRefused(outcome, new RegExp(name.replaceAll('.', '[./]')))
    expect(read(file)).toBe(before)
    expect(box.stateIds()).toEqual([])
  })
}

containerTest('create refuses a sysctl of a namespace that is not the own one', async (box) => {
  const before = read('/proc/sys/kernel/shmmni')
  const outcome = await box.create({ linux: { namespaces: without('ipc'), sysctl: { 'kernel.shmmni': '99' } } })
  assertRefused(outcome, /kernel[./]shmmni/)
  expect(read('/proc/sys/kernel/shmmni')).toBe(before)
})

containerTest('create refuses a sysctl that the kernel does not know', async (box) => {
  const outcome = await box.create({ linux: { sysctl: { 'net.no.such.thing': '1' } } })
  assertRefused(outcome, /net[./]no[./]such[./]thing/)
})

containerTest('create refuses a sysctl that leaves proc', async (box) => {
  const outcome = await box.create({ linux: { sysctl: { 'net/../kernel/panic': '77' } } })
  expect(outcome.code).not.toBe(0)
  expect(read('/proc/sys/kernel/panic')).not.toBe('77\n')
})

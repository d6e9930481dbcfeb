// What systemd is told of a container: the properties of its unit and its limits, as `NAME=VALUE` for reading.
import { describe, expect, test } from 'bun:test'

import type { Property } from '#ffi/sd-bus.ts'
import type { LinuxResources } from '#src/config/schema/resources.ts'
import { deviceProperties } from '#src/cgroups/systemd/devices.ts'
import { limitProperties } from '#src/cgroups/systemd/limits.ts'
import { unitProperties } from '#src/cgroups/systemd/scope.ts'

const NONE = 2n ** 64n - 1n

function shown(properties: readonly Property[]): string[] {
  return properties.map(({ name, type, value }) => {
    const text = type === 'ay' ? value.toHex() : Array.isArray(value) ? JSON.stringify(value) : String(value)
    return `${name}=${text}`
  })
}

const limits = (resources: LinuxResources, host = { version: 257, unified: true }) =>
  shown(limitProperties(resources, host))

describe('a unit', () => {
  const about = { description: 'Container c1', pid: 42, unified: true }

  test('that is a scope is delegated and starts with the process', () => {
    expect(shown(unitProperties({ name: 'x-c1.scope', slice: 'a.slice' }, about))).toEqual([
      'Description=Container c1',
      'DefaultDependencies=false',
      'Slice=a.slice',
      'Delegate=true',
      'PIDs=[42]',
      'CollectMode=inactive-or-failed',
      'CPUAccounting=true',
      'MemoryAccounting=true',
      'TasksAccounting=true',
      'IOAccounting=true',
    ])
  })

  test('that is a slice gets neither the process nor what slices have not', () => {
    const names = unitProperties({ name: 'b.slice', slice: 'a.slice' }, about).map(({ name }) => name)
    expect(names).toContain('Wants')
    for (const name of ['PIDs', 'Delegate', 'Slice', 'CollectMode']) expect(names).not.toContain(name)
  })

  test('has the accounting of block devices by its old name on version 1', () => {
    const text = shown(unitProperties({ name: 'x.scope', slice: 'a.slice' }, { ...about, unified: false }))
    expect(text).toContain('BlockIOAccounting=true')
    expect(text).not.toContain('IOAccounting=true')
  })
})

describe('limits', () => {
  test('that are not named are no properties', () => {
    expect(limits({})).toEqual([])
    expect(limits({ memory: { limit: 0n }, cpu: { shares: 0, quota: 0, period: 0, cpus: '' }, pids: {} })).toEqual([])
  })

  test.each<[LinuxResources, string[]]>([
    [{ memory: { limit: 64n, reservation: 32n, swap: 96n } }, ['MemoryMax=64', 'MemoryLow=32', 'MemorySwapMax=32']],
    [{ memory: { limit: -1n } }, [`MemoryMax=${NONE}`, `MemorySwapMax=${NONE}`]],
    [{ memory: { limit: 64n, swap: 64n } }, ['MemoryMax=64', 'MemorySwapMax=0']],
    [{ memory: { swap: 96n } }, []],
    [{ cpu: { shares: 1024 } }, ['CPUWeight=100']],
    [{ cpu: { idle: 1, shares: 1024 } }, ['CPUWeight=0']],
    [{ cpu: { quota: 50_000 } }, ['CPUQuotaPerSecUSec=500000']],
    [{ cpu: { quota: -1 } }, [`CPUQuotaPerSecUSec=${NONE}`]],
    [{ cpu: { quota: 12_345, period: 50_000 } }, ['CPUQuotaPeriodUSec=50000', 'CPUQuotaPerSecUSec=250000']],
    [{ cpu: { quota: 30_000, period: 100_000 } }, ['CPUQuotaPeriodUSec=100000', 'CPUQuotaPerSecUSec=300000']],
    [{ cpu: { cpus: '0-2,9', mems: '1' } }, ['AllowedCPUs=0702', 'AllowedMemoryNodes=02']],
    [{ pids: { limit: 50 } }, ['TasksMax=50']],
    [{ pids: { limit: 0 } }, ['TasksMax=1']],
    [{ pids: { limit: -1 } }, [`TasksMax=${NONE}`]],
    [{ blockIO: { weight: 10 } }, ['IOWeight=1']],
    [
      { unified: { 'memory.high': '7', 'memory.min': 'max', 'pids.max': '0' } },
      ['MemoryHigh=7', `MemoryMin=${NONE}`, 'TasksMax=1'],
    ],
    [{ unified: { 'cpu.max': '12345 100000' } }, ['CPUQuotaPeriodUSec=100000', 'CPUQuotaPerSecUSec=130000']],
    [{ unified: { 'cpu.max': 'max' } }, [`CPUQuotaPerSecUSec=${NONE}`]],
    [
      { unified: { 'cpu.weight': '7', 'cpuset.cpus': '8', 'hugetlb.2MB.max': '1', 'memory.low': 'much' } },
      ['CPUWeight=7', 'AllowedCPUs=0001'],
    ],
  ])('%p', (resources, properties) => expect(limits(resources)).toEqual(properties))

  test('have other names on version 1, where "unified" has no meaning', () => {
    const resources = {
      memory: { limit: 64n, swap: 96n },
      cpu: { shares: 512, cpus: '1' },
      blockIO: { weight: 500 },
      unified: { 'memory.max': '1' },
    }
    expect(limits(resources, { version: 257, unified: false })).toEqual([
      'MemoryLimit=64',
      'CPUShares=512',
      'BlockIOWeight=500',
    ])
  })

  test('that a release of systemd does not know are kept from it', () => {
    const resources = { cpu: { period: 50_000, cpus: '1', idle: 1 }, unified: { 'cpu.max': '1 1', 'cpu.idle': '1' } }
    expect(limits(resources, { version: 239, unified: true })).toEqual([])
    expect(limits(resources, { version: 252, unified: true })).toHaveLength(6)
  })

  test.each(['3-1', 'x', '1,,2', '0-99999999'])('the set of CPUs "%s" is refused', (cpus) => {
    expect(() => limits({ cpu: { cpus } })).toThrow('is no CPU or memory node')
  })
})

describe('devices', () => {
  test('that are allowed are entries, as numbers, beside those that every container may use', () => {
    const text = shown(
      deviceProperties([
        { allow: true, type: 'b', major: 8, minor: 1, access: 'r' },
        { allow: true, type: 'c', major: 9, access: 'rw' },
      ]),
    )
    expect(text.slice(0, 2)).toEqual(['DevicePolicy=strict', 'DeviceAllow=[]'])
    for (const entry of ['["/dev/block/8:1","r"]', '["char-9","rw"]', '["char-*","m"]', '["/dev/char/1:3","mrw"]'])
      expect(text[2]).toContain(entry)
  })

  test('that are denied leave the decision to the program of bunc', () => {
    const rules = [
      { allow: true, type: 'a' as const, access: 'rwm' },
      { allow: false, type: 'b' as const, major: 8, access: 'w' },
    ]
    expect(shown(deviceProperties(rules))).toEqual(['DevicePolicy=auto', 'DeviceAllow=[]'])
  })

  test('that are denied first, as engines write it, change nothing', () => {
    const deny = { allow: false, type: 'a' as const, access: 'rwm' }
    expect(shown(deviceProperties([deny]))).toEqual(shown(deviceProperties([])))
  })
})

/** The rules of `linux.resources`. */

import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { rulesOf } from '#src/config/rule.ts'
import { resourceRules } from '#src/config/rules/resources.ts'
import { resourcesSchema } from '#src/config/schema/resources.ts'

const BROKEN: readonly (readonly [resources: object, ...complaints: string[]])[] = [
  [{ devices: [{ allow: false }] }, 'devices[0].access: is empty'],
  [
    {
      devices: [
        { allow: true, access: 'rwm' },
        { allow: true, access: 'rx' },
      ],
    },
    'devices[1].access: "rx" is not made of "r", "w" and "m"',
  ],
  [{ memory: { limit: 10, swap: 9 } }, 'memory.swap: 9 is below the memory limit 10'],
  [{ cpu: { quota: 100, burst: 101 } }, 'cpu.burst: 101 is above the quota 100'],
  [
    { blockIO: { weightDevice: [{ major: 8, minor: 0 }] } },
    'blockIO.weightDevice[0]: has neither weight nor leafWeight',
  ],
  [
    { hugepageLimits: [{ pageSize: '2M', limit: 1 }] },
    'hugepageLimits[0].pageSize: "2M" is not a size of pages as "2MB"',
  ],
  [
    { hugepageLimits: [{ pageSize: '../2MB', limit: 1 }] },
    'hugepageLimits[0].pageSize: "../2MB" is not a size of pages as "2MB"',
  ],
  [{ rdma: { mlx5: {} } }, 'rdma.mlx5: has neither hcaHandles nor hcaObjects'],
  [{ unified: { '../memory.max': '1' } }, 'unified["../memory.max"]: is not the name of a file in a cgroup'],
  [{ unified: { '': '1' } }, 'unified[""]: is not the name of a file in a cgroup'],
]

const KEPT: readonly object[] = [
  {},
  { devices: [{ allow: true, access: 'mr' }] },
  { memory: { limit: 10, swap: 10 } },
  { memory: { limit: 10, swap: -1 } },
  { memory: { limit: 10, swap: 0 } },
  { memory: { swap: 5 } },
  { cpu: { quota: -1, burst: 5 } },
  { cpu: { burst: 5 } },
  { cpu: { quota: 5 } },
  { cpu: { quota: 5, burst: 5 } },
  { blockIO: { weightDevice: [{ major: 8, minor: 0, leafWeight: 1 }] } },
  {
    hugepageLimits: [
      { pageSize: '64KB', limit: 1 },
      { pageSize: '1GB', limit: 0 },
    ],
  },
  { rdma: { mlx5: { hcaObjects: 1 } } },
  { unified: { 'hugetlb.1GB.max': '1' } },
]

function found(json: object): readonly string[] {
  return rulesOf(resourceRules)(v.parse(resourcesSchema, json), []).map(({ path, message }) => `${path}: ${message}`)
}

for (const [json, ...complaints] of BROKEN)
  test(`resources that break a rule are told: ${complaints.join('; ')}`, () => {
    expect(found(json)).toEqual(complaints)
  })

for (const json of KEPT)
  test(`the resources ${JSON.stringify(json)} break no rule`, () => {
    expect(found(json)).toEqual([])
  })

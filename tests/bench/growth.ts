// How the cost of `run` grows with the size of a config: mounts, variables, rules of seccomp, hooks. Times of every
// runtime, and the calls of bunc, which say why.

import type { Counts } from './counts.ts'
import { countedRun } from './counts.ts'
import type { Contender } from './contender.ts'
import { quantile } from './statistics.ts'

/** Something of which a config can have many. */
interface Kind {
  readonly name: string
  readonly sizes: readonly number[]
  /** What `size` of them are, as a change of the plain config. */
  readonly change: (size: number) => object
}

const many = <T>(size: number, one: (i: number) => T): T[] => Array.from({ length: size }, (_, i) => one(i))

const KINDS: readonly Kind[] = [
  {
    name: 'mounts',
    sizes: [10, 100, 1000],
    change: (size) => ({
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        // runc 1.3 trips over the links that it has made in a root without it.
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
        ...many(size, (i) => ({ destination: `/mnt/${i}`, type: 'bind', source: '/usr', options: ['bind', 'ro'] })),
      ],
    }),
  },
  {
    name: 'variables',
    sizes: [10, 100, 1000],
    change: (size) => ({ process: { env: ['PATH=/bin', ...many(size, (i) => `NAME_${i}=${'x'.repeat(40)}`)] } }),
  },
  {
    name: 'seccomp rules',
    sizes: [10, 100, 1000],
    change: (size) => ({
      linux: {
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
          syscalls: many(size, (i) => ({
            names: ['personality'],
            action: 'SCMP_ACT_ERRNO',
            args: [{ index: 0, value: 0x10000 + i, op: 'SCMP_CMP_EQ' }],
          })),
        },
      },
    }),
  },
  {
    name: 'hooks',
    sizes: [1, 10, 100],
    change: (size) => ({ hooks: { createRuntime: many(size, () => ({ path: '/bin/true' })) } }),
  },
]

/** One line of the table. */
export interface Growth {
  readonly name: string
  /** Medians in milliseconds, in the order of the contenders; null where one cannot do it. */
  readonly times: readonly (number | null)[]
  /** Of bunc alone. */
  readonly counts: Counts | undefined
}

/** Measures every kind in every size. `runs` is the number of rounds, in which the contenders take turns. */
export function measureGrowth(contenders: readonly Contender[], runs: number): Growth[] {
  return KINDS.flatMap(({ name, sizes, change }) =>
    sizes.map((size) => {
      for (const contender of contenders) contender.configure(change(size))
      const samples = contenders.map(() => new Array<number>())
      const able = contenders.map(canRun)
      for (let round = 0; round < runs; round++)
        contenders.forEach((contender, i) => {
          if (able[i]) samples[i]?.push(contender.time('run', '--bundle', contender.bundle, contender.id))
        })
      const bunc = contenders.find((contender) => contender.name === 'bunc')
      const counts = bunc === undefined ? undefined : countedRun(bunc)
      for (const contender of contenders) {
        contender.attempt('delete', '--force', contender.id)
        contender.configure({})
      }
      const times = samples.map((sample, i) => (able[i] ? quantile(sample, 0.5) : null))
      return { name: `${size} ${name}`, times, counts }
    }),
  )
}

/** With the second try that `time` gives a peer. */
function canRun(contender: Contender): boolean {
  try {
    contender.time('run', '--bundle', contender.bundle, contender.id)
    return true
  } catch {
    return false
  }
}

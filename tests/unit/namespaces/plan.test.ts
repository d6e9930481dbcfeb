// The way into namespaces: a few that people have, and then every combination there is against the rules.

import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'

import { NAMESPACE_TYPES, type LinuxNamespace, type NamespaceType } from '#src/config/schema/namespaces.ts'
import { NAMESPACE_FILES, NAMESPACE_FLAGS, planNamespaces } from '#src/namespaces/plan.ts'

const made = (...types: NamespaceType[]): LinuxNamespace[] => types.map((type) => ({ type, path: '' }))
const joined = (...types: NamespaceType[]): LinuxNamespace[] => types.map((type) => ({ type, path: `/run/${type}` }))

describe('a container', () => {
  test('of Docker is born into all that it gets, except the cgroup namespace', () => {
    const plan = planNamespaces(made('mount', 'network', 'uts', 'pid', 'ipc', 'cgroup'))
    expect(plan.born.toSorted()).toEqual(['NEWIPC', 'NEWNET', 'NEWNS', 'NEWPID', 'NEWUTS'])
    expect([plan.joined, plan.unshared, plan.forks, plan.newUser]).toEqual([[], [], false, false])
  })

  test('that shares the network of another one is born into the rest, and joins', () => {
    const plan = planNamespaces([...made('mount', 'pid'), ...joined('network')])
    expect(plan.born.toSorted()).toEqual(['NEWNS', 'NEWPID'])
    expect(plan.joined).toEqual([{ type: 'network', path: '/run/network' }])
    expect([plan.unshared, plan.forks]).toEqual([[], false])
  })

  test('that shares the processes of another one joins and forks', () => {
    expect(planNamespaces([...made('mount'), ...joined('pid')]).forks).toBe(true)
  })

  test('with a new user namespace makes that first, to own the others', () => {
    const plan = planNamespaces(made('user', 'mount', 'pid'))
    expect([plan.born, plan.newUser, plan.unshared.toSorted(), plan.forks]).toEqual([
      [],
      true,
      ['NEWNS', 'NEWPID'],
      true,
    ])
  })

  test('in another user namespace joins that first, and makes the others afterwards', () => {
    const plan = planNamespaces([...made('mount', 'pid', 'uts'), ...joined('ipc', 'user')])
    expect(plan.joined.map(({ type }) => type)).toEqual(['user', 'ipc'])
    expect([plan.born, plan.unshared.toSorted(), plan.forks]).toEqual([[], ['NEWNS', 'NEWPID', 'NEWUTS'], true])
  })

  test('with clocks of its own forks, for a time namespace is for children', () => {
    const plan = planNamespaces(made('time', 'pid', 'mount'))
    expect([plan.born, plan.unshared.toSorted(), plan.forks]).toEqual([['NEWNS'], ['NEWPID', 'NEWTIME'], true])
  })

  test('without namespaces has nothing to do', () => {
    const plan = planNamespaces([])
    expect([plan.born, plan.joined, plan.unshared, plan.forks, plan.newUser]).toEqual([[], [], [], false, false])
    expect([plan.has('pid'), plan.makes('pid')]).toEqual([false, false])
  })
})

/** Every way to say something about the eight namespaces: not at all, a new one, one that exists. */
function* combinations(types: readonly NamespaceType[]): Generator<LinuxNamespace[]> {
  const [type, ...others] = types
  if (type === undefined) return yield []
  for (const rest of combinations(others)) {
    yield rest
    yield [{ type, path: '' }, ...rest]
    yield [{ type, path: `/run/${type}` }, ...rest]
  }
}

const ALL = [...combinations(NAMESPACE_TYPES)]

describe('in every combination', () => {
  const check = (rule: (plan: ReturnType<typeof planNamespaces>, namespaces: LinuxNamespace[]) => boolean) =>
    ALL.filter((namespaces) => !rule(planNamespaces(namespaces), namespaces))

  test('there are all of them', () => {
    expect(ALL).toHaveLength(3 ** 8)
  })

  test('each new namespace is made once: by birth, by unsharing, as the user namespace, or later as the cgroup’s', () => {
    const broken = check(({ born, unshared, newUser }, namespaces) => {
      const ways = [...born, ...unshared, ...(newUser ? ['NEWUSER'] : [])].toSorted()
      const wanted = namespaces.filter(({ type, path }) => path === '' && type !== 'cgroup')
      return Bun.deepEquals(ways, wanted.map(({ type }) => NAMESPACE_FLAGS[type]).toSorted())
    })
    expect(broken).toEqual([])
  })

  test('each namespace with a path is joined once, the user namespace first and the mount namespace last', () => {
    const broken = check(({ joined: joins }, namespaces) => {
      const types = joins.map(({ type }) => type)
      const wanted = namespaces.filter(({ path }) => path !== '').map(({ type }) => type)
      const inOrder = types.indexOf('user') <= 0 && [-1, types.length - 1].includes(types.indexOf('mount'))
      return inOrder && Bun.deepEquals(types.toSorted(), wanted.toSorted())
    })
    expect(broken).toEqual([])
  })

  test('nothing is born where a user namespace will own it, or where paths will mean something else', () => {
    const broken = check(({ born, newUser, joined: joins }) => {
      const elsewhere = newUser || joins.some(({ type }) => type === 'user' || type === 'mount')
      return !elsewhere || born.length === 0
    })
    expect(broken).toEqual([])
  })

  test('who is the first process of a pid namespace does not fork: its child would have no such sibling', () => {
    expect(check(({ born, forks }) => !(forks && born.includes('NEWPID')))).toEqual([])
  })

  test('a task forks exactly when it has joined or unshared what only children get', () => {
    const broken = check(({ forks, joined: joins, unshared }) => {
      const needed =
        joins.some(({ type }) => type === 'pid') || unshared.some((flag) => flag === 'NEWPID' || flag === 'NEWTIME')
      return forks === needed
    })
    expect(broken).toEqual([])
  })

  test('it is known what the container has of its own, and what is new', () => {
    const broken = check(({ has, makes }, namespaces) =>
      NAMESPACE_TYPES.every((type) => {
        const found = namespaces.find((namespace) => namespace.type === type)
        return has(type) === (found !== undefined) && makes(type) === (found?.path === '')
      }),
    )
    expect(broken).toEqual([])
  })
})

test('each namespace has a file of that name in /proc', () => {
  const missing = Object.values(NAMESPACE_FILES).filter((name) => !existsSync(`/proc/self/ns/${name}`))
  expect(missing).toEqual([])
})

// Fifty containers of one daemon, restarted, killed, paused and joined at random: nothing adds up, neither on the host nor
// in dockerd, containerd and the shims. For less than a minute, or for five with BUNC_TEST_SOAK=1. Then a few containers of
// each runtime do the same for some seconds, to compare the pace.

import { expect } from 'bun:test'
import { existsSync } from 'node:fs'

import { eventually } from '#tests/support/eventually.ts'
import { figure } from '#tests/support/figures.ts'
import { random } from '#tests/support/random.ts'
import { extent } from '#tests/support/soak.ts'

import { buncPath } from '../programs.ts'
import { type Census, census, descriptorsOf, memoryOf } from './census.ts'
import type { DockerDaemon } from './daemon.ts'
import { IMAGE } from './image.ts'
import { dockerSuite } from './suite.ts'

const COUNT = 50
const SECONDS = extent(45, 300)
/** How many containers of each runtime are compared, and for how long. */
const PACE = { count: 10, seconds: extent(8, 60) }
/** How many requests the daemon has at a time. */
const LANES = 4
const WAIT = 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'
/** Go gives memory back when it likes. What is leaked by each of some hundred restarts is more than that. */
const SLACK = { descriptors: 12, kib: 8_192, ratio: 1.5 }

/** crun refuses what Docker asks for on a host with both kinds of cgroups, and may not be there. */
const HYBRID = existsSync('/sys/fs/cgroup/unified/cgroup.procs')
const RUNTIMES = ['bunc', 'runc', ...(HYBRID || Bun.which('crun') === null ? [] : ['crun'])]

interface Crowd {
  readonly daemon: DockerDaemon
  readonly names: readonly string[]
  /** What was done, and how often. */
  readonly done: Record<string, number>
  /** What the daemon has refused. */
  readonly refused: string[]
}

dockerSuite(
  'docker with containers that are restarted at random',
  (suite) => {
    suite.alone(`bunc: ${COUNT} containers for ${SECONDS} s, and nothing adds up`, async (daemon) => {
      const crowd = await made(daemon, 'bunc', COUNT)
      // A container that is never restarted keeps its shim, in which what each exec leaves would add up.
      const [lasting = '', ...others] = crowd.names
      const shim = await shimOf(daemon, lasting)
      await rush(crowd, others, 5)
      for (let i = 0; i < 20; i++) await join(crowd, lasting)
      const before = await settled(crowd)
      const shimBefore = { descriptors: descriptorsOf(shim), memory: memoryOf(shim) }
      crowd.done['restart'] = 0
      const joining = joinFor(crowd, lasting, SECONDS)
      const began = performance.now()
      await rush(crowd, others, SECONDS)
      tell('bunc', crowd, (performance.now() - began) / 1_000)
      await joining
      expect(crowd.refused).toEqual([])
      const after = await settled(crowd, before)
      const shimAfter = { descriptors: descriptorsOf(shim), memory: memoryOf(shim) }
      figure(`docker: before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`)
      figure(
        `docker: the shim of the container that was joined alone: before ${said(shimBefore)}, after ${said(shimAfter)}`,
      )
      expect(grown(before, after)).toEqual([])
      expect(shimAfter.descriptors).toBeLessThanOrEqual(shimBefore.descriptors)
      expect(shimAfter.memory).toBeLessThanOrEqual(shimBefore.memory * SLACK.ratio + SLACK.kib)
      await removed(crowd)
    })

    for (const runtime of RUNTIMES)
      suite.alone(`${runtime}: ${PACE.count} containers for ${PACE.seconds} s`, async (daemon) => {
        const crowd = await made(daemon, runtime, PACE.count)
        const began = performance.now()
        await rush(crowd, crowd.names, PACE.seconds)
        tell(runtime, crowd, (performance.now() - began) / 1_000)
        await removed(crowd)
      })
  },
  {
    limit: (SECONDS + 240) * 1_000,
    settings: { runtimes: { bunc: { path: buncPath }, crun: { path: Bun.which('crun') ?? '/usr/bin/crun' } } },
  },
)

/** Makes containers and starts them. */
async function made(daemon: DockerDaemon, runtime: string, count: number): Promise<Crowd> {
  const names = Array.from({ length: count }, (_, number) => `${runtime}-${number}`)
  const crowd = { daemon, names, done: {}, refused: [] }
  const config = { Image: IMAGE, Cmd: ['sh', '-c', WAIT], HostConfig: { Runtime: runtime, NetworkMode: 'none' } }
  await inLanes(names, async (name) => {
    await ask(crowd, `/containers/create?name=${name}`, config)
    await ask(crowd, `/containers/${name}/start`)
  })
  expect(crowd.refused).toEqual([])
  return crowd
}

/** Does with one container after the other what chance says, some at a time; each lane has its own containers. */
async function rush(crowd: Crowd, names: readonly string[], seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const next = random(lane + 1)
    const own = names.filter((_name, index) => index % LANES === lane)
    while (performance.now() < end && crowd.refused.length === 0)
      await something(crowd, own[next(own.length)] ?? '', next(10))
  })
  await Promise.all(lanes)
}

async function something(crowd: Crowd, name: string, which: number): Promise<void> {
  if (which < 6) {
    await ask(crowd, `/containers/${name}/restart?t=10`)
    count(crowd, 'restart')
  } else if (which < 8) {
    await ask(crowd, `/containers/${name}/kill`)
    // Until the daemon has heard of the end, a start does nothing.
    await ask(crowd, `/containers/${name}/wait`)
    await ask(crowd, `/containers/${name}/start`)
    count(crowd, 'kill and start')
  } else if (which === 8) {
    for (const verb of ['pause', 'unpause']) await ask(crowd, `/containers/${name}/${verb}`)
    count(crowd, 'pause')
  } else await join(crowd, name)
}

/** Runs a program in a container and waits for its end. */
async function join(crowd: Crowd, name: string): Promise<void> {
  const words = { Cmd: ['true'], AttachStdout: true, AttachStderr: true }
  const { Id } = JSON.parse(await ask(crowd, `/containers/${name}/exec`, words))
  await ask(crowd, `/exec/${Id}/start`, { Detach: false, Tty: false })
  count(crowd, 'exec')
}

async function joinFor(crowd: Crowd, name: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end && crowd.refused.length === 0) await join(crowd, name)
}

/** Gives the answer of the daemon, and writes down what it has refused. */
async function ask({ daemon, refused }: Crowd, path: string, body?: unknown): Promise<string> {
  const { status, text } = await daemon.post(path, body)
  if (status >= 400) refused.push(`${path}: ${status} ${text}`)
  return text
}

function count({ done }: Crowd, what: string): void {
  done[what] = (done[what] ?? 0) + 1
}

/** Works on all, as many at a time as there are lanes. */
async function inLanes(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const rest = [...names]
  const lane = async () => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) await work(name)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

/** Waits until every container runs and what is there is what is wanted, or stays as it is for a while; counts it. */
async function settled({ daemon, names }: Crowd, wanted?: Census): Promise<Census> {
  for (const name of names) expect((await daemon.inspect(name)).State).toMatchObject({ Status: 'running' })
  let last = census(daemon)
  let looks = 0
  await eventually(
    'no more changes',
    async () => {
      await Bun.sleep(500)
      const now = census(daemon)
      const same = Bun.deepEquals(now.things, wanted?.things ?? last.things)
      looks = same ? looks + 1 : 0
      last = now
      return looks === 4
    },
    20_000,
  ).catch((error: unknown) => {
    if (wanted === undefined) throw error
  })
  return last
}

/** What there is more of than before, a line each. */
function grown(before: Census, after: Census): string[] {
  const kinds = new Set([...Object.keys(before.things), ...Object.keys(after.things)])
  const things = [...kinds].filter((kind) => before.things[kind] !== after.things[kind])
  const engine = Object.entries(after.engine).flatMap(([name, now]) => {
    const then = before.engine[name] ?? { processes: 0, descriptors: 0, memory: 0 }
    return [
      ...(now.processes === then.processes ? [] : [`${name}: ${then.processes} processes, then ${now.processes}`]),
      ...(now.descriptors <= then.descriptors + SLACK.descriptors
        ? []
        : [`${name}: ${then.descriptors} descriptors, then ${now.descriptors}`]),
      ...(now.memory <= then.memory * SLACK.ratio + SLACK.kib
        ? []
        : [`${name}: ${then.memory} KiB, then ${now.memory}`]),
    ]
  })
  return [...things.map((kind) => `${kind}: ${before.things[kind]}, then ${after.things[kind]}`), ...engine]
}

async function shimOf(daemon: DockerDaemon, name: string): Promise<number> {
  const { Pid } = (await daemon.inspect(name)).State
  return Number(/^PPid:\s+(\d+)$/m.exec(await Bun.file(`/proc/${Pid}/status`).text())?.[1])
}

function said({ descriptors, memory }: { readonly descriptors: number; readonly memory: number }): string {
  return `${descriptors} descriptors, ${memory} KiB`
}

function tell(runtime: string, { done }: Crowd, seconds: number): void {
  const restarts = (done['restart'] ?? 0) + (done['kill and start'] ?? 0)
  figure(
    `docker: ${runtime}: ${(restarts / seconds).toFixed(1)} restarts/s in ${seconds.toFixed(0)} s, ${JSON.stringify(done)}`,
  )
}

async function removed({ daemon, names }: Crowd): Promise<void> {
  await daemon.ok(['rm', '--force', ...names])
}

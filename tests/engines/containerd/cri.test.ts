// Pods, the way a kubelet makes them: the runtime class is the one that docs/containerd.md configures.
import { expect } from 'bun:test'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'
import { runProgram } from '#tests/support/spawn.ts'

import { comparable, INVENTORY } from '../inventory.ts'
import { buncPath } from '../programs.ts'
import { CriClient, podOf } from './cri.ts'
import type { ContainerRequest } from './cri.ts'
import { DEFAULT_STATE_ROOT } from './daemon.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import type { ContainerdSide } from './side.ts'
import { containerdSuite } from './suite.ts'

/** Where containerd's CRI plugin has its runtimes keep their state, unless it is told otherwise. */
const STATE_ROOT = join(DEFAULT_STATE_ROOT, 'k8s.io')

/** A pod of one side, removed in the end. */
class Pod implements AsyncDisposable {
  readonly cri: CriClient
  readonly #side: ContainerdSide
  readonly #config: ReturnType<typeof podOf>
  #id = ''
  readonly #containers: string[] = []

  constructor(side: ContainerdSide) {
    this.#side = side
    this.cri = new CriClient(side.daemon.socket)
    this.#config = podOf(side.id('pod'), `/${side.daemon.name}`)
  }

  static async start(side: ContainerdSide): Promise<Pod> {
    const pod = new Pod(side)
    pod.#id = await pod.cri.runPod(pod.#config, side.runtime)
    return pod
  }

  /** Starts a container that runs a shell script. */
  async up(script: string, request: Partial<ContainerRequest> = {}): Promise<string> {
    const name = `c${this.#containers.length}`
    const command = ['sh', '-c', script]
    const id = await this.cri.create(this.#id, this.#config, { name, image: IMAGE, command, ...request })
    this.#containers.push(id)
    await this.cri.start(id)
    return id
  }

  /** Waits for a container's end and records how it ended. */
  async ended(id: string): Promise<number> {
    await eventually('a container to exit', async () => (await this.cri.status(id)).state === 'exited', 20_000)
    const status = await this.cri.status(id)
    this.#side.record('status', status)
    return status.code
  }

  /** The directories of the runtime's state for the pod and its containers. */
  states(): string[] {
    return [this.#id, ...this.#containers].map((id) => join(STATE_ROOT, id)).filter((path) => existsSync(path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#id !== '') await this.cri.removePod(this.#id)
    this.cri[Symbol.dispose]()
    expect(this.states()).toEqual([])
  }
}

containerdSuite('CRI', (suite) => {
  suite.same('a pod starts, and its containers exit with their codes', async (side) => {
    await using pod = await Pod.start(side)
    expect(await pod.ended(await pod.up('exit 7'))).toBe(7)
    expect(await pod.ended(await pod.up('exit 0'))).toBe(0)
  })

  suite.same('the inside of a pod’s container is the same', async (side) => {
    await using pod = await Pod.start(side)
    const id = await pod.up(FOREVER, { memory: 67108864 })
    const { stdout } = await pod.cri.exec(id, ['sh', '-c', INVENTORY])
    expect(stdout).toContain('67108864')
    side.record('inventory', comparable(stdout))
  })

  suite.same('the inside of a user’s read-only container with a mount is the same', async (side) => {
    mkdirSync(join(side.dir, 'data'))
    writeFileSync(join(side.dir, 'data/file'), 'content\n')
    await using pod = await Pod.start(side)
    const mount = { host: join(side.dir, 'data'), container: '/data', readonly: true }
    const id = await pod.up(FOREVER, { user: 1001, readonly: true, mount })
    const { stdout } = await pod.cri.exec(id, ['sh', '-c', INVENTORY])
    expect(stdout).toMatch(/ \/data ro/)
    side.record('inventory', comparable(stdout))
  })

  suite.same('exec gives output and exit codes, and names a command that is missing', async (side) => {
    await using pod = await Pod.start(side)
    const id = await pod.up(FOREVER)
    const outcome = await pod.cri.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 3'])
    expect(outcome).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' })
    expect(await pod.cri.exec(id, ['no-such-command']).catch(String)).toMatch(/no-such-command.*not found/)
  })

  suite.same('stop lets a container end, and kills one that does not', async (side) => {
    await using pod = await Pod.start(side)
    const [polite, stubborn] = [
      await pod.up(`echo; ${FOREVER}`),
      await pod.up('trap : TERM; while :; do sleep 0.1; done'),
    ]
    await Bun.sleep(200)
    await pod.cri.stop(polite, 10)
    await pod.cri.stop(stubborn, 1)
    expect([await pod.ended(polite), await pod.ended(stubborn)]).toEqual([0, 137])
    await pod.cri.remove(polite)
  })

  suite.same('containers of a pod share its memory, and not its processes', async (side) => {
    await using pod = await Pod.start(side)
    const [first, second] = [await pod.up(FOREVER), await pod.up(FOREVER)]
    await pod.cri.exec(first, ['sh', '-c', 'echo shared > /dev/shm/note'])
    expect((await pod.cri.exec(second, ['cat', '/dev/shm/note'])).stdout).toBe('shared\n')
    const links = ['readlink', '/proc/self/ns/ipc', '/proc/self/ns/pid']
    const [theirs, ours] = await Promise.all([first, second].map((id) => pod.cri.exec(id, links)))
    const [ipc, pid] = theirs?.stdout.split('\n') ?? []
    expect(ours?.stdout).toContain(`${ipc}`)
    expect(ours?.stdout).not.toContain(`${pid}`)
  })

  suite.same('a container that runs out of memory is reported as such', async (side) => {
    await using pod = await Pod.start(side)
    const id = await pod.up('sleep 1; tail /dev/zero', { memory: 33554432 })
    expect(await pod.ended(id)).toBe(137)
    expect((await pod.cri.status(id)).reason).toBe('OOMKilled')
  })

  suite.same('the limit of memory of a running container is changed', async (side) => {
    await using pod = await Pod.start(side)
    const id = await pod.up(FOREVER, { memory: 67108864 })
    await pod.cri.limitMemory(id, 50331648)
    const script = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max'
    expect((await pod.cri.exec(id, ['sh', '-c', script])).stdout).toBe('50331648\n')
  })

  suite.same('a container whose command is missing does not start, and the pod goes on', async (side) => {
    await using pod = await Pod.start(side)
    const failure = await pod.up('', { command: ['/no/such/program'] }).catch(String)
    expect(failure).toMatch(/\/no\/such\/program.*no such file or directory/)
    expect(await pod.ended(await pod.up('exit 5', { name: 'next' }))).toBe(5)
  })

  suite.same('the documented command lists the pods of bunc', async (side) => {
    await using pod = await Pod.start(side)
    expect(pod.states()).toBeArrayOfSize(1)
    if (side.runtime === 'runc') return
    const { stdout } = await runProgram(side.dir, [buncPath, '--root', STATE_ROOT, 'list', '--quiet'])
    for (const path of pod.states()) expect(stdout).toContain(path.slice(STATE_ROOT.length + 1))
  })
})

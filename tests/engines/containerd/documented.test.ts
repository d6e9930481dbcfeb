// docs/containerd.md, word for word: its config.toml is that of the daemon, and what it tells people to type is typed.
// There is no Kubernetes here: of the runtime class, the handler has to be a runtime of config.toml. Pods that name it
// are started in cri.test.ts.
import { expect } from 'bun:test'
import { join } from 'node:path'

import * as v from 'valibot'

import { docBlock, untakenBlocks } from '../doc-block.ts'
import { typeIn } from '../documented.ts'
import { pathOf } from '../programs.ts'
import { CriClient, podOf } from './cri.ts'
import type { ContainerdDaemon } from './daemon.ts'
import { DEFAULT_STATE_ROOT } from './daemon.ts'
import { IMAGE } from './image.ts'
import { containerdSuite } from './suite.ts'

const PAGE = 'containerd.md'

/** The fields of node.k8s.io/v1 and of v1 that the page uses, by the names that their references give them. */
const metadata = v.strictObject({ name: v.string() })
const RuntimeClass = v.strictObject({
  apiVersion: v.literal('node.k8s.io/v1'),
  kind: v.literal('RuntimeClass'),
  metadata,
  handler: v.literal('bunc'),
  scheduling: v.strictObject({ nodeSelector: v.record(v.string(), v.string()) }),
})
const Pod = v.strictObject({
  apiVersion: v.literal('v1'),
  kind: v.literal('Pod'),
  metadata,
  spec: v.strictObject({
    runtimeClassName: v.string(),
    restartPolicy: v.picklist(['Always', 'OnFailure', 'Never']),
    containers: v.array(v.strictObject({ name: v.string(), image: v.string(), command: v.array(v.string()) })),
  }),
})

/** Types the block with `mark` at a shell that knows this daemon. */
function type(daemon: ContainerdDaemon, mark: string): Promise<string> {
  const programs = {
    ctr: daemon.client,
    containerd: [pathOf('containerd'), '--config', join(daemon.dir, 'config.toml')],
  }
  // The daemon has no containers of Kubernetes; those of its own namespace are found in the same way.
  const meaning = { [`${DEFAULT_STATE_ROOT}/k8s.io`]: `${DEFAULT_STATE_ROOT}/${daemon.name}` }
  return typeIn({ dir: daemon.dir, programs, meaning }, PAGE, mark)
}

containerdSuite(`docs/${PAGE}`, (suite) => {
  suite.alone('a container is run by the binary that ctr is given', async (daemon) => {
    await daemon.ok(['images', 'tag', IMAGE, 'docker.io/library/busybox:latest'])
    expect(await type(daemon, 'ctr run')).toBe('hello')
  })

  suite.alone('the check shows the runtime, and it is the handler of the runtime class', async (daemon) => {
    const handler = /^handler: (\w+)$/m.exec(docBlock(PAGE, 'yaml', 'RuntimeClass'))?.[1]
    expect(handler).toBe('bunc')
    expect(await type(daemon, 'config dump')).toMatch(new RegExp(`runtimes\\.${handler}\\][^]*BinaryName = "/`))
  })

  suite.alone('bunc lists the containers that containerd has it make', async (daemon) => {
    const flags = ['--runc-binary', join(daemon.dir, 'documented/bunc'), '--null-io']
    await daemon.ok(['run', '--detach', ...flags, IMAGE, 'listed', 'sleep', '1000'])
    try {
      expect(await type(daemon, 'bunc --root')).toMatch(/^ID +PID[^]*\nlisted +\d+ +running /)
    } finally {
      await daemon.ok(['tasks', 'rm', '--force', 'listed'])
      await daemon.ok(['containers', 'rm', 'listed'])
    }
  })

  suite.alone(
    'the class of a cluster sends pods to the nodes with the label, and the pod names the class',
    async () => {
      const yaml = (mark: string): unknown => Bun.YAML.parse(docBlock(PAGE, 'yaml', mark))
      const { metadata, scheduling } = v.parse(RuntimeClass, yaml('nodeSelector'))
      expect(v.parse(Pod, yaml('kind: Pod')).spec.runtimeClassName).toBe(metadata.name)
      const [, label = '', value] =
        /^kubectl label node [\w-]+ (\w+)=(\w+)$/m.exec(docBlock(PAGE, 'sh', 'kubectl')) ?? []
      expect(scheduling.nodeSelector).toEqual({ [label]: value ?? '' })
    },
  )

  suite.alone('a pod whose handler the node does not have fails, and it is said why', async (daemon) => {
    const pod = new CriClient(daemon.socket).runPod(podOf(`${daemon.name}-pod`, `/${daemon.name}`), 'nowhere')
    await expect(pod).rejects.toThrow(/no runtime for "nowhere" is configured/)
  })

  suite.alone('no block is left that was not executed', async () => {
    expect(untakenBlocks(PAGE)).toEqual([])
  })
})

// docs/podman.md, word for word: its containers.conf are those of two Podmans, and what it tells people to type is typed.
import { expect } from 'bun:test'
import { existsSync } from 'node:fs'

import { eventually } from '#tests/support/eventually.ts'

import { untakenBlocks } from '../doc-block.ts'
import { typeIn } from '../documented.ts'
import { removeEmptyCgroup } from '../traces.ts'
import { IMAGE, Podman } from './engine.ts'
import type { PodmanSide } from './side.ts'
import { podmanSuite } from './suite.ts'

const PAGE = 'podman.md'

/** The cgroup of containers that name none, which Podman leaves. */
const PARENT = 'libpod_parent'
const hadParent = ['', 'pids/'].some((hierarchy) => existsSync(`/sys/fs/cgroup/${hierarchy}${PARENT}`))

/** Types the block with `mark` at a shell that knows this Podman. */
function type({ engine: { client, dir } }: PodmanSide, mark: string): Promise<string> {
  return typeIn({ dir, programs: { podman: client.argv }, env: client.env }, PAGE, mark)
}

/** Removes the cgroup once the last conmon has ended, unless the host's own Podman had made it. */
async function removeParent(): Promise<void> {
  if (hadParent) return
  await eventually(`the cgroup "${PARENT}" to be empty`, () => {
    try {
      for (const path of [`${PARENT}/conmon`, PARENT]) removeEmptyCgroup(path)
      return true
    } catch {
      // EBUSY: conmon is still cleaning up.
      return false
    }
  })
}

podmanSuite(`docs/${PAGE}`, (suite) => {
  suite.alone(
    'a container chooses bunc by name or by default, and no block is left that was not executed',
    async (side) => {
      await side.peek(['tag', IMAGE, 'busybox'])
      expect(await type(side, 'run --rm')).toBe('hello')
      const lines = (await type(side, 'podman --runtime bunc info')).split('\n')
      expect(lines[0]).toMatch(/^bunc \/.*$/)
      expect(lines.slice(2)).toEqual(['bunc', 'check'])
      const own = await side.up()
      const id = await side.peek(['inspect', '--format', '{{.Id}}', own])
      await side.engine.ok(['--runtime', 'runc', 'create', '--network', 'none', '--name', side.name('other'), IMAGE])
      expect(await type(side, 'xargs')).toBe(id)
      await removeParent()
      await using second = new Podman('runtime = "bunc"')
      expect(await second.ok(['info', '--format', '{{.Host.OCIRuntime.Name}}'])).toBe('bunc')
      expect(untakenBlocks(PAGE)).toEqual([])
    },
  )
})

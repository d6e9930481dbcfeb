// docs/docker.md, word for word: its daemon.json are those of two daemons, and what it tells people to type is typed.
import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { untakenBlocks } from '../doc-block.ts'
import { typeIn } from '../documented.ts'
import { buncPath } from '../programs.ts'
import { linkForBuildKit } from './buildkit-link.ts'
import { DockerDaemon } from './daemon.ts'
import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { dockerSuite } from './suite.ts'

const PAGE = 'docker.md'

/** Types the block with `mark` at a shell that knows this daemon. */
async function type({ client, dir, ok }: Typist, mark: string): Promise<string> {
  await ok(['tag', IMAGE, 'busybox'])
  return typeIn({ dir, programs: { docker: client.argv }, env: client.env }, PAGE, mark)
}

type Typist = Pick<DockerDaemon, 'client' | 'dir'> & { readonly ok: (args: readonly string[]) => Promise<string> }

const typist = (daemon: DockerDaemon): Typist => ({
  client: daemon.client,
  dir: daemon.dir,
  ok: (args) => daemon.ok(args),
})

dockerSuite(`docs/${PAGE}`, (suite) => {
  suite.alone('bunc adds itself to the settings of the daemon', async ({ dir }) => {
    const file = join(dir, 'installed.json')
    const instead = `exec '${buncPath}' "$@" --config '${file}' --binary '${buncPath}'`
    await typeIn({ dir, programs: { bunc: ['sh', '-c', instead, 'bunc'] } }, PAGE, 'bunc install docker')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ runtimes: { bunc: { path: buncPath } } })
  })

  suite.alone('a container chooses bunc by name', async (daemon) => {
    expect(await type(typist(daemon), 'docker run --rm')).toBe('hello')
  })

  suite.alone('the check shows the runtime of a container', async (daemon) => {
    const lines = (await type(typist(daemon), 'docker info')).split('\n')
    expect(lines[0]).toMatch(/"bunc":\{"path":"[^"]*"\}.*runc$/)
    expect(lines.slice(2)).toEqual(['bunc', 'check'])
  })

  suite.alone('the containers of bunc are found, and no others', async (daemon) => {
    const run = (runtime: string) => ['run', '--detach', '--runtime', runtime, IMAGE, 'sh', '-c', FOREVER]
    const [own, other] = [await daemon.ok(run('bunc')), await daemon.ok(run('runc'))]
    expect(await type(typist(daemon), 'xargs')).toBe(own)
    await daemon.ok(['rm', '--force', own, other])
  })

  suite.alone('bunc is the default where the page says so, and BuildKit finds it', async () => {
    await using second = await DockerDaemon.start({ documented: 'default-runtime', programs: linkForBuildKit })
    expect(await second.ok(['info', '--format', '{{.DefaultRuntime}}'])).toBe('bunc')
  })

  suite.alone('no block is left that was not executed', async () => {
    expect(untakenBlocks(PAGE)).toEqual([])
  })
})

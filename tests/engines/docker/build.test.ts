// `docker build` where bunc is the default runtime: the steps of a build run in it, with the classic builder and with
// BuildKit. The other side is a daemon that has never heard of a default.
import { expect } from 'bun:test'
import { readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventually } from '#tests/support/eventually.ts'

import { comparable, INVENTORY } from '../inventory.ts'
import { buncPath } from '../programs.ts'
import { commandOf, processesNaming } from '../traces.ts'
import { linkForBuildKit } from './buildkit-link.ts'
import { IMAGE } from './image.ts'
import type { Side } from './side.ts'
import { dockerSuite } from './suite.ts'

const BUILDERS = [
  { builder: 'the classic builder', env: { DOCKER_BUILDKIT: '0' } },
  { builder: 'BuildKit', env: { DOCKER_BUILDKIT: '1' } },
] as const

const FULL = `
FROM ${IMAGE} AS first
ARG WORD=unset
ENV COLOUR=blue
WORKDIR /work/deep
RUN echo "$WORD $COLOUR $(pwd)" > /made
COPY inventory.sh /inventory.sh
RUN sh /inventory.sh < /dev/null > /inventory
USER alice
RUN id > /tmp/id && touch /tmp/mine
USER root
RUN chown 7:8 /made && mknod /tmp/pipe p && ln -s made /link && dd if=/dev/zero of=/zeros bs=64k count=1 2>/dev/null
RUN ["sh", "-c", "echo exec form > /form"]

FROM ${IMAGE}
COPY --from=first /made /tmp/id /inventory /form /result/
RUN ls /result > /result/list
CMD ["cat", "/result/made", "/result/id", "/result/form", "/result/list"]
`

/** Builds `dockerfile` under a name that it gives, with the exit code. */
async function build(side: Side, dockerfile: string, env: Readonly<Record<string, string>>, flags: string[] = []) {
  writeFileSync(join(side.dir, 'Dockerfile'), dockerfile)
  writeFileSync(join(side.dir, 'inventory.sh'), INVENTORY)
  const image = side.name('image')
  const args = ['build', '--network', 'none', '--no-cache', '--force-rm', ...flags, '--tag', image, side.dir]
  const outcome = await side.daemon.docker(args, { env })
  side.record('exit code of the build', outcome.code)
  return { image, ...outcome }
}

dockerSuite(
  'docker build',
  (suite) => {
    for (const { builder, env } of BUILDERS) {
      suite.same(`${builder} builds an image of many steps`, async (side) => {
        const { image, code, stderr } = await build(side, FULL, env, ['--build-arg', 'WORD=given'])
        expect([code, stderr]).toEqual([0, expect.anything()])
        const { stdout } = await side.run([image])
        expect(stdout).toMatch(/^given blue \/work\/deep\nuid=1001\(alice\)/)
        side.record(
          'inventory of a step',
          comparable(await side.peek(['run', '--rm', image, 'cat', '/result/inventory'])),
        )
        await side.peek(['rmi', '--force', image])
      })

      suite.same(`${builder} fails with the step that fails`, async (side) => {
        const { code, stdout, stderr } = await build(side, `FROM ${IMAGE}\nRUN echo before; exit 42\n`, env)
        expect(code).not.toBe(0)
        expect(stdout + stderr).toMatch(/(returned a non-zero|exit) code: 42/)
      })

      suite.same(`${builder} fails where the program of a step is missing`, async (side) => {
        const { code, stdout, stderr } = await build(side, `FROM ${IMAGE}\nRUN ["/no/such/program"]\n`, env)
        expect(code).not.toBe(0)
        expect(stdout + stderr).toMatch(/no such file or directory|not found/)
      })
    }

    suite.same('BuildKit mounts what a step asks for', async (side) => {
      writeFileSync(join(side.dir, 'secret'), 'hidden\n')
      const mounts = [
        '--mount=type=secret,id=word',
        '--mount=type=tmpfs,target=/scratch',
        '--mount=type=cache,target=/cache',
        '--mount=type=bind,source=inventory.sh,target=/script',
      ]
      const step =
        'cat /run/secrets/word > /seen; head -n 1 /script >> /seen; touch /cache/a /scratch/b; ls /cache >> /seen'
      const dockerfile = `FROM ${IMAGE}\nRUN ${mounts.join(' ')} ${step}\nCMD ["cat", "/seen"]\n`
      const secret = ['--secret', `id=word,src=${join(side.dir, 'secret')}`]
      const { image, code } = await build(side, dockerfile, { DOCKER_BUILDKIT: '1' }, secret)
      expect(code).toBe(0)
      expect((await side.run([image])).stdout).toMatch(/^hidden\n# [^]*\na\n$/)
      await side.peek(['rmi', '--force', image])
    })

    suite.same('BuildKit runs independent steps at the same time', async (side) => {
      const stages = [1, 2, 3, 4].map(
        (stage) => `FROM ${IMAGE} AS s${stage}\nRUN echo ${stage} > /out${stage}; sleep 0.3`,
      )
      const copies = [1, 2, 3, 4].map((stage) => `COPY --from=s${stage} /out${stage} /all/`)
      const dockerfile = [...stages, `FROM ${IMAGE}`, ...copies, 'CMD cat /all/*'].join('\n')
      const { image, code } = await build(side, dockerfile, { DOCKER_BUILDKIT: '1' })
      expect(code).toBe(0)
      expect((await side.run([image])).stdout).toBe('1\n2\n3\n4\n')
      await side.peek(['rmi', '--force', image])
    })

    suite.alone('info names bunc as the default', async (daemon) => {
      expect(await daemon.ok(['info', '--format', '{{.DefaultRuntime}}'])).toBe('bunc')
    })

    suite.alone('the steps of the classic builder are containers of bunc', async (daemon) => {
      writeFileSync(join(daemon.dir, 'Dockerfile'), `FROM ${IMAGE}\nRUN true\n`)
      const flags = ['--rm=false', '--network', 'none', '--file', join(daemon.dir, 'Dockerfile')]
      await daemon.ok(['build', ...flags, '--tag', 'kept', join(daemon.dir, 'home')], { env: { DOCKER_BUILDKIT: '0' } })
      const id = await daemon.ok(['ps', '--all', '--quiet', '--latest'])
      expect(await daemon.ok(['inspect', '--format', '{{.HostConfig.Runtime}}', id])).toBe('bunc')
      await daemon.ok(['rm', id])
    })

    suite.alone('the steps of BuildKit are run by bunc', async (daemon) => {
      writeFileSync(join(daemon.dir, 'Dockerfile'), `FROM ${IMAGE}\nRUN sleep 2\n`)
      const flags = ['--no-cache', '--network', 'none', '--file', join(daemon.dir, 'Dockerfile')]
      const built = daemon.ok(['build', ...flags, join(daemon.dir, 'home')], { env: { DOCKER_BUILDKIT: '1' } })
      const runs = () => processesNaming(daemon.dir).filter((pid) => / run --bundle /.test(commandOf(pid)))
      const pid = await eventually('a step of BuildKit', () => runs()[0], 20_000)
      expect(readlinkSync(`/proc/${pid}/exe`)).toBe(buncPath)
      await built
    })
  },
  { buncDaemon: { documented: 'default-runtime', programs: linkForBuildKit } },
)

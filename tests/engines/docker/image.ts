// The images of the tests: one root file system, imported under several names with other metadata.
import { packRootfs } from '../rootfs.ts'
import type { DockerDaemon } from './daemon.ts'

/** Its command is a shell. */
export const IMAGE = 'bunc-test:plain'

/** Runs a command of its own, to be given arguments. */
export const ENTRYPOINT_IMAGE = 'bunc-test:entrypoint'

/** Ignores SIGTERM, so that only SIGKILL ends it. */
export const STUBBORN_IMAGE = 'bunc-test:stubborn'

/** Is healthy as soon as the file /tmp/healthy is there. */
export const HEALTHCHECK_IMAGE = 'bunc-test:healthcheck'

const STUBBORN = 'ENTRYPOINT ["sh", "-c", "trap : TERM; echo ready; while :; do sleep 0.1; done"]'
const HEALTHCHECK = 'HEALTHCHECK --interval=200ms --timeout=10s --retries=1000 CMD test -e /tmp/healthy'

/** Imports `IMAGE`, and of the others those that are named, each from the same tar with other metadata. */
export async function importImages(daemon: DockerDaemon, extra: readonly string[] = []): Promise<void> {
  const tar = await packRootfs(daemon.dir)
  const all: [name: string, changes: readonly string[]][] = [
    [IMAGE, ['CMD ["sh"]']],
    [ENTRYPOINT_IMAGE, ['ENTRYPOINT ["echo", "entry"]', 'CMD ["default"]', 'ENV COLOUR=blue', 'WORKDIR /srv/deep']],
    [STUBBORN_IMAGE, [STUBBORN]],
    [HEALTHCHECK_IMAGE, ['CMD ["sleep", "1000"]', HEALTHCHECK]],
  ]
  for (const [name, changes] of all) {
    if (name !== IMAGE && !extra.includes(name)) continue
    await daemon.ok(['import', ...changes.flatMap((change) => ['--change', change]), tar, name])
  }
}

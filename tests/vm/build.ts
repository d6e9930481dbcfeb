// Gets the image that a machine boots from, building it where the cache has none.
//
//   bun tests/vm/build.ts [x86_64] [aarch64]
//
// One builder per architecture at a time: flock(1) holds the lock for as long as the build lives, so that there is no
// stale lock. A finished image appears by rename, and is never changed again.
import { mkdir, rename, rm } from 'node:fs/promises'
import { cacheDirectory, imagePath, pruneImages, touchImage } from './cache.ts'
import { cook } from './image/recipe.ts'
import type { Arch } from './machine.ts'
import { enclosed } from './tool.ts'
import { installMissing } from '#tests/support/install.ts'

/**
 * The image of an architecture, built now if need be, which takes about a minute.
 * @param arch the machine's architecture
 * @returns its directory: `root.ext4`, `kernel`, `initrd`, on x86_64 also `uml`
 * @throws Error when it cannot be built, with what failed
 */
export async function getImage(arch: Arch): Promise<string> {
  installMissing(new Set(['vm']))
  const image = imagePath(arch)
  if (await touchImage(image)) return image
  await mkdir(cacheDirectory(), { recursive: true })
  const build = [process.execPath, import.meta.path, '--holding-the-lock', arch]
  const argv = ['setpriv', '--pdeathsig', 'KILL', 'flock', `${cacheDirectory()}/${arch}.lock`, ...enclosed(build)]
  const child = Bun.spawn(argv, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', cwd: '/' })
  const report = await echo(child.stderr)
  if ((await child.exited) === 0) return image
  throw new Error(`Cannot build the ${arch} machine:\n${report.slice(-4000)}`)
}

async function echo(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = ''
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk
    await Bun.write(Bun.stderr, chunk)
  }
  return text
}

async function buildHoldingTheLock(arch: Arch) {
  const image = imagePath(arch)
  // Another builder may have had the lock until now.
  if (await touchImage(image)) return
  const unfinished = `${cacheDirectory()}/unfinished-${arch}`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished)
  try {
    await cook(arch, unfinished)
    await rename(unfinished, image)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  await pruneImages(arch)
}

if (import.meta.main) {
  const names = process.argv.slice(2)
  const chosen = (['x86_64', 'aarch64'] as const).filter((arch) => names.length === 0 || names.includes(arch))
  if (names[0] === '--holding-the-lock') await Promise.all(chosen.map(buildHoldingTheLock))
  else console.log((await Promise.all(chosen.map(getImage))).join('\n'))
}

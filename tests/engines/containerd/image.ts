// Packs an image that containerd can import: an OCI image layout in a tar. See image-layout.md of the OCI image
// specification 1.0.
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { runProgram } from '#tests/support/spawn.ts'

import { packRootfs } from '../rootfs.ts'

/** Its own command does nothing for ever, which is what the first container of a pod has to do. */
export const IMAGE = 'docker.io/library/bunc-test:plain'

const TYPES = 'application/vnd.oci.image'

interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Makes the tar below `dir` and gives its path. */
export async function packImage(dir: string): Promise<string> {
  const layout = join(dir, 'layout')
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
  const layer = addFile(layout, `${TYPES}.layer.v1.tar`, await packRootfs(dir))
  const config = addJson(layout, `${TYPES}.config.v1+json`, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['sleep', '1000000'], Env: ['PATH=/bin', 'COLOUR=blue'], WorkingDir: '/srv' },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  const mediaType = `${TYPES}.manifest.v1+json`
  const manifest = addJson(layout, mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })
  const annotations = { 'io.containerd.image.name': IMAGE, 'org.opencontainers.image.ref.name': 'plain' }
  writeJson(join(layout, 'index.json'), { schemaVersion: 2, manifests: [{ ...manifest, annotations }] })
  writeJson(join(layout, 'oci-layout'), { imageLayoutVersion: '1.0.0' })
  const tar = join(dir, 'image.tar')
  const { code, stderr } = await runProgram(dir, ['tar', '--directory', layout, '--create', '--file', tar, '.'])
  if (code !== 0) throw new Error(`Cannot pack the image: ${stderr}`)
  return tar
}

function addJson(layout: string, mediaType: string, value: unknown): Blob {
  const path = `${layout}.json`
  writeJson(path, value)
  return addFile(layout, mediaType, path)
}

/** Copies a file to the place that its content names. */
function addFile(layout: string, mediaType: string, path: string): Blob {
  const hash = new Bun.CryptoHasher('sha256').update(readFileSync(path)).digest('hex')
  cpSync(path, join(layout, 'blobs/sha256', hash))
  return { mediaType, digest: `sha256:${hash}`, size: statSync(path).size }
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value))
}

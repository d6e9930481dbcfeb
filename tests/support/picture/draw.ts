// Makes the picture of the README anew, from a run of dist/bunc, as root:
//
//   bun tests/support/picture/draw.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { BINARY } from '../requirements.ts'
import { PICTURE, TRANSCRIPT } from './places.ts'
import { play } from './scenes.ts'
import { svg } from './svg.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
try {
  mkdirSync(join(dir, 'srv'))
  const transcript = await play({ dir: join(dir, 'srv'), name: basename(dir), binary: BINARY })
  writeFileSync(TRANSCRIPT, transcript)
  writeFileSync(PICTURE, svg(transcript))
} finally {
  rmSync(dir, { recursive: true })
}

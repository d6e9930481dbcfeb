// The picture of the README: its commands still say what it shows, but for numbers.

import { expect } from 'bun:test'
import { mkdirSync, readFileSync } from 'node:fs'

import { containerTest, lacks, usingCall } from '#tests/support/container-test.ts'
import { TRANSCRIPT } from '#tests/support/picture/places.ts'
import { play } from '#tests/support/picture/scenes.ts'

const shape = (transcript: string) => transcript.replaceAll(/(?<!\u001b\[[\d;]*)\d+/g, 'N')

containerTest(
  'the commands of the picture in the README say what it shows',
  async (box) => {
    const dir = box.path('srv')
    mkdirSync(dir)
    const now = await play({ dir, name: box.name, binary: box.runtime.argv.at(-1) ?? '' })
    expect(shape(now)).toBe(shape(readFileSync(TRANSCRIPT, 'utf8')))
  },
  usingCall('mount_setattr'),
  lacks('runc', 'has no such commands'),
  lacks('crun', 'has no such commands'),
)

// The picture of the README: drawn from its transcript as it stands there, and what a line of a terminal becomes.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'

import { PICTURE, README, TRANSCRIPT } from '#tests/support/picture/places.ts'
import { svg } from '#tests/support/picture/svg.ts'

describe('the picture', () => {
  test('is what its transcript gives', () => {
    expect(readFileSync(PICTURE, 'utf8')).toBe(svg(readFileSync(TRANSCRIPT, 'utf8')))
  })

  test('has at most 30 lines and stands in the README', () => {
    expect(readFileSync(PICTURE, 'utf8').split('<text ').length - 1).toBeLessThanOrEqual(30)
    expect(readFileSync(README, 'utf8')).toContain('](docs/picture.svg)')
  })
})

describe('svg()', () => {
  const texts = (transcript: string) =>
    [...svg(transcript).matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text]) => text)

  test('makes classes of colours, and entities of what XML takes for its own', () => {
    expect(texts('a \u001b[1;31m<b> & c\u001b[0m d\n\u001b[2me\u001b[0m')).toEqual([
      'a <tspan class="b r">&lt;b&gt; &amp; c</tspan> d',
      '<tspan class="d">e</tspan>',
    ])
  })

  test('goes on in the next line where one is too long', () => {
    expect(texts(`${'x'.repeat(112)}\u001b[32m${'y'.repeat(10)}\u001b[0m`)).toEqual([
      `${'x'.repeat(112)}<tspan class="g">yyyy</tspan>`,
      '<tspan class="g">yyyyyy</tspan>',
    ])
  })
})

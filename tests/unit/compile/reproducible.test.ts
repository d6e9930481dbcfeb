// Two builds of one tree are the same bytes, wherever they are written, so that anyone can check a published binary.

import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { compile, hostTarget } from '#compile.ts'

const dir = mkdtempSync(join(tmpdir(), 'bunc-test-'))
afterAll(() => rmSync(dir, { recursive: true }))

async function built(name: string): Promise<Buffer> {
  mkdirSync(join(dir, name))
  const file = join(dir, name, `${name}-executable`)
  await compile(hostTarget(), file)
  return readFileSync(file)
}

test('two builds of one tree are the same bytes', async () => {
  const [first, second] = [await built('one'), await built('another')]
  expect(first.length).toBeGreaterThan(50_000_000)
  expect(first.equals(second)).toBe(true)
}, 120_000)

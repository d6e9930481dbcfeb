/** Broken files without end: whatever is done to a good config.json, the answer is a config or a `ConfigError`. */

import { expect, test } from 'bun:test'
import { readConfig } from '#src/config/config.ts'
import { ConfigError } from '#src/config/problem.ts'
import { unknownFields } from '#src/config/unknown-fields.ts'
import { dockerConfigText } from '#tests/support/docker-config.ts'
import { SPEC_EXAMPLE } from '#tests/support/spec-example.ts'
import { random } from '#tests/support/random.ts'

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  '',
  '/',
  'a\0b',
  '..',
  'SCMP_ACT_NOTIFY',
  'time',
  [],
  {},
  [[]],
  [null],
  { type: 'x' },
  { __proto__: null, constructor: 1, toString: 2 },
]

/** Replaces, removes or doubles something at a random place of a JSON value. */
function mutated(json: unknown, next: (n: number) => number): unknown {
  if (typeof json !== 'object' || json === null || next(8) === 0) return ODD[next(ODD.length)]
  if (Array.isArray(json)) {
    const list: unknown[] = [...json]
    const index = next(list.length + 1)
    if (next(4) === 0) list.splice(index, next(2), list[next(list.length)] ?? null)
    else list[index] = mutated(list[index], next)
    return list
  }
  const entries: [string, unknown][] = Object.entries(json)
  const entry = entries[next(entries.length)]
  if (entry === undefined || next(12) === 0) return { ...json, [['x', '__proto__', 'type'][next(3)] ?? '']: 1 }
  const [key, value] = entry
  if (next(12) === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  return Object.fromEntries(entries.map(([name, old]) => [name, name === key ? mutated(value, next) : old]))
}

/** Reads the text and gives whether it was refused; anything but a ConfigError with problems on one line is passed on. */
function refuses(text: string): boolean {
  try {
    readConfig(text)
    return false
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.problems).not.toBeEmpty()
    expect(error.message).not.toInclude('\n')
    expect(error.message).not.toMatch(/Invalid |undefined|NaN/)
    return true
  }
}

test('a mutated document is read or refused, and nothing else happens', () => {
  const next = random(7)
  const sources = [SPEC_EXAMPLE, JSON.parse(dockerConfigText())]
  let refused = 0
  const rounds = 800
  for (let round = 0; round < rounds; round++) {
    let json: unknown = sources[next(sources.length)]
    for (let change = 0; change <= next(5); change++) json = mutated(json, next)
    const text = JSON.stringify(json) ?? 'null'
    if (refuses(text)) refused++
    unknownFields(text)
  }
  expect(refused).toBeGreaterThan(rounds / 2)
  expect(refused).toBeLessThan(rounds)
})

test('a text with letters lost, doubled or swapped is read or refused, and nothing else happens', () => {
  const next = random(11)
  const source = JSON.stringify(SPEC_EXAMPLE, undefined, 1)
  let refused = 0
  for (let round = 0; round < 600; round++) {
    const at = next(source.length)
    const kind = next(3)
    const replaced =
      kind === 0 ? '' : kind === 1 ? source.slice(at, at + 2) + source.slice(at, at + 1) : '"{[9\\'[next(5)]
    if (refuses(source.slice(0, at) + replaced + source.slice(at + 1))) refused++
  }
  expect(refused).toBeGreaterThan(300)
})

test('a hostile file costs no more than its size', () => {
  const started = performance.now()
  const digits = '9'.repeat(1_000_000)
  for (const text of [
    `{"ociVersion":${digits}}`,
    `{"ociVersion":"1.0.0","root":{"path":"a"},"linux":{"maskedPaths":[${'1,'.repeat(50_000)}1]}}`,
    `${'{"a":'.repeat(100_000)}1`,
    `{"ociVersion":"${'\\\\'.repeat(500_000)}`,
    `{"ociVersion":"1.0.0","root":{"path":"a"},"process":{"cwd":"/","args":[],"env":[${'"",'.repeat(70_000)}""]}}`,
    `{"linux":{"sysctl":{${Array.from({ length: 70_000 }, (_, key) => `"${key}":1`).join()}}}}`,
    `{"linux":{"namespaces":[${`{"type":"${'x'.repeat(200)}"},`.repeat(2_000)}{}]}}`,
  ])
    expect(refuses(text)).toBe(true)
  expect(performance.now() - started).toBeLessThan(15_000)
}, 30_000)

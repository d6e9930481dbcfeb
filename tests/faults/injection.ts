// Has every system call of one command fail, in a process of its own (inject.ts), and judges what came of each: one clear
// line that names the errno, and nothing that stays.

import { expect } from 'bun:test'
import { join } from 'node:path'

import { errnoSentence } from '#ffi/errno.ts'
import { Box } from '#tests/support/box.ts'
import { figure } from '#tests/support/figures.ts'
import { extent, SOAK } from '#tests/support/soak.ts'
import type { Injected } from './injected.ts'
import { type Scenario, SCENARIOS } from './scenarios.ts'

/** Milliseconds that a command may take. */
export const LIMIT = extent(180_000, 1_800_000)
const ROOT = join(import.meta.dir, '../..')

/** inject.ts runs bunc's own code; the box wants a runtime to be cleared with, which finds nothing to do. */
const UNCOMPILED = { name: 'bunc', version: '0', argv: [process.execPath, join(ROOT, 'src/main.ts')] } as const

const counts = { injected: 0, survived: 0 }

/** Tells how much was injected by all tests of this process. */
export function tellInjected(): void {
  if (counts.injected === 0) return
  figure(
    `system calls failed: ${counts.injected} injected, ${counts.survived} of them without consequence, nothing left`,
  )
}

/** The commands, by their names, that this run takes: those of systemd, or the others. */
export function scenarios(systemd: boolean): string[] {
  const isTaken = (row: Scenario) => (row.systemd ?? false) === systemd && (SOAK || row.soak !== true)
  return Object.entries(SCENARIOS)
    .filter(([, row]) => isTaken(row))
    .map(([name]) => name)
}

/** Fails each call of a command of the table; fails itself where one was not met as it should be. */
export async function inject(command: string): Promise<void> {
  const { spec = {}, systemd = false } = SCENARIOS[command] ?? {}
  const box = new Box(UNCOMPILED)
  try {
    const linux = systemd ? { ...spec.linux, cgroupsPath: `system.slice:bunc:${box.name}` } : (spec.linux ?? {})
    box.configure({ ...spec, linux, process: { args: ['sleep', '100000'], ...spec.process } })
    const argv = [process.execPath, join(import.meta.dir, 'inject.ts'), command, box.dir, SOAK ? 'all' : 'first']
    const { code, stdout, stderr } = await box.program(argv, { cwd: ROOT, limit: LIMIT })
    const injected = stdout.split('\n').filter(Boolean).map(injectedFrom)
    counts.injected += injected.length
    counts.survived += injected.filter(({ code: ended, later }) => ended === 0 && later === '').length
    expect(injected.flatMap(complaints)).toEqual([])
    expect({ code, said: stderr.split('\n').filter((line) => line !== '' && !line.startsWith('fault ')) }).toEqual({
      code: 0,
      said: [],
    })
    expect(injected.length).toBeGreaterThanOrEqual(10)
    await box.deleteContainers()
    await box.assertClean()
  } finally {
    await box.destroy()
  }
}

const injectedFrom = (line: string): Injected => JSON.parse(line)

/** What is wrong about how a fault was met, a line each. */
function complaints(injected: Injected): string[] {
  const { nth, call, errno, code, message, warnings, later, left, remains, leaked } = injected
  const said = code === 0 ? later : message
  const wrong = [
    ...(code !== 0 || later !== '' ? wording(said, errno, call) : []),
    ...warnings.filter(isFault).map((warning) => `warns "${warning}"`),
    ...left.map((what) => `leaves ${what} before it is deleted`),
    ...remains.map((what) => `leaves ${what}`),
    ...leaked.map((what) => `does not close ${what}`),
  ]
  return wrong.map((what) => `call ${nth}, ${call} = ${errno}: ${what}`)
}

/** Where the first process cannot open its end of the fifo, there is no way on which it could say why. */
const SPEECHLESS = /^(openat|write) of the last batch$/

function wording(said: string, errno: string, call: string): string[] {
  const names = said.includes(` = ${errno} `) || said.includes(errnoSentence(errno)) || SPEECHLESS.test(call)
  return [
    ...(names ? [] : [`does not say ${errno}: "${said}"`]),
    ...(said.startsWith('Cannot ') ? [] : [`does not say what cannot be done: "${said}"`]),
    ...(said.includes('\n') || isFault(said) ? [`is no line for people: "${said}"`] : []),
  ]
}

function isFault(text: string): boolean {
  return /Internal fault|\n\s+at |undefined|\[object/.test(text)
}

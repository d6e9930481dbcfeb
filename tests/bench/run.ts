// `bun run bench`: bunc, runc and crun side by side on this machine, as one table.
//
//   bun run bench [--runs 50] [--json] [--newest]

import { cpus, loadavg, release } from 'node:os'
import { parseArgs } from 'node:util'

import type { Runtime } from '#tests/support/runtime.ts'
import { peersText, runWithNewest } from './newest.ts'
import { type Report, reportText } from './report.ts'
import { runOnStage, stageText } from './stage.ts'

/** What there is to know before the first figure. */
function heading(runtimes: readonly Runtime[], runs: number): string[] {
  const day = new Date().toISOString().slice(0, 10)
  const versions = runtimes.map(({ name, version }) => `${name} ${version}`).join(', ')
  const [load = 0] = loadavg()
  return [
    `${day}: ${versions}; Linux ${release()}, ${process.arch}, ${cpus().length} CPUs, load ${load.toFixed(1)}`,
    ...peersText(),
    stageText(),
    `times: ${runs} rounds, in turns; the median and, in brackets, the 25th and the 75th percentile`,
  ]
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
      newest: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isSafeInteger(runs) || runs < 2) throw new Error(`Cannot make "${values.runs}" runs: 2 is the least`)
  if (process.getuid?.() !== 0) throw new Error('Cannot make containers: the user is not root')
  const moved = values.newest ? await runWithNewest(import.meta.path, Bun.argv.slice(2)) : undefined
  if (moved !== undefined) return moved
  const elsewhere = runOnStage(import.meta.path, Bun.argv.slice(2))
  if (elsewhere !== undefined) return elsewhere
  // Only now: who looks for the runtimes, and how crun is started, depends on the stage.
  const { missingRuntimes, runtimes } = await import('#tests/support/runtime.ts')
  const { measure } = await import('./rounds.ts')
  for (const { name, reason } of missingRuntimes) {
    if (name === 'bunc') throw new Error(`Cannot measure bunc: ${reason}`)
    console.error(`bench: without ${name}: ${reason}`)
  }
  const report: Report = { heading: heading(runtimes, runs), ...(await measure(runtimes, runs)) }
  console.log(values.json ? JSON.stringify(report) : reportText(report))
  return 0
}

/** What went wrong, and what went wrong while it was cleared away. */
function told(error: unknown): string {
  if (error instanceof SuppressedError) return `${told(error.suppressed)}\n${told(error.error)}`
  return error instanceof Error ? error.message : String(error)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`bench: ${told(error)}`)
  process.exitCode = 1
}

// Measures every row for every runtime. All of them take turns within each round, so that what else the machine does
// meets all of them, and another one begins each round.

import type { Runtime } from '#tests/support/runtime.ts'
import { Contender } from './contender.ts'
import { countCommands } from './counts.ts'
import { measureGrowth } from './growth.ts'
import { countModules } from './modules.ts'
import { filterCosts } from './filters.ts'
import { type Measure, MEASURES } from './memory.ts'
import type { Report, Row } from './report.ts'
import { clearStage } from './stage.ts'
import { figuresOf } from './statistics.ts'
import { type Timing, TIMINGS } from './timings.ts'

/** Rounds whose times are not taken: they fill the page cache. */
const WARM_UP = 2

/** Of how many rounds one is for the growth, which is a dozen rows. */
const GROWTH_SHARE = 5

/** Makes the containers, measures, and takes everything off the host again. `runs` is the number of rounds. */
export async function measure(runtimes: readonly Runtime[], runs: number): Promise<Omit<Report, 'heading'>> {
  await using places = new AsyncDisposableStack()
  const contenders = runtimes.map((runtime) => places.use(new Contender(runtime)))
  // The last to be added is the first to be done.
  places.defer(clearStage)
  const rows: Row[] = []
  for (const timing of TIMINGS) rows.push(await timesOf(timing, contenders, runs))
  for (const size of MEASURES) rows.push(await sizesOf(size, contenders))
  const bunc = contenders.find(({ name }) => name === 'bunc')
  return {
    runtimes: runtimes.map(({ name }) => name),
    rows,
    counts: bunc === undefined ? {} : countCommands(bunc),
    growth: measureGrowth(contenders, Math.max(2, Math.ceil(runs / GROWTH_SHARE))),
    modules: countModules(),
    filters: filterCosts(),
  }
}

async function timesOf(timing: Timing, contenders: readonly Contender[], runs: number): Promise<Row> {
  const samples = contenders.map((contender) => ({ contender, times: new Array<number>() }))
  for (const contender of contenders) timing.before?.(contender)
  const rounds = Math.max(2, Math.ceil(runs / timing.every))
  for (let round = 0; round < WARM_UP + rounds; round++)
    for (const { contender, times } of beginningWith(samples, round % samples.length)) {
      const time = await timing.once(contender)
      if (round >= WARM_UP) times.push(time)
    }
  for (const contender of contenders) timing.after?.(contender)
  const figures = Object.fromEntries(samples.map(({ contender, times }) => [contender.name, figuresOf(times)]))
  return { name: `${timing.name}, ms`, figures }
}

function beginningWith<T>(list: readonly T[], index: number): T[] {
  return [...list.slice(index), ...list.slice(0, index)]
}

async function sizesOf({ name, once }: Measure, contenders: readonly Contender[]): Promise<Row> {
  const figures: Row['figures'][] = []
  for (const contender of contenders) {
    const median = await once(contender)
    if (median !== undefined) figures.push({ [contender.name]: { median } })
  }
  return { name, figures: Object.assign({}, ...figures) }
}

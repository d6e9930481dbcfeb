// docs/comparison.md, made from what the container tests declare that the peers lack. The tests prove each declaration:
// where the peer passes after all, its test fails.

import { casesOf } from './junit.ts'
import { KNOWN_DIFFERENCES } from '#tests/engines/known-differences.ts'

/** What a test says of a peer. */
interface Difference {
  readonly runtime: string
  readonly test: string
  readonly reason: string
}

/** Said of what bunc alone has, which the table before says already. */
const ALONE = ['has no such command', 'has no colours']

/** Takes a report of all the container tests, passed over or not, gives what they declare, in the order of their files. */
export function differencesIn(report: string): Difference[] {
  return casesOf(report).flatMap(({ name }) => {
    const [, runtime, test, reason] = /^(runc|crun): (.*) \[fails as declared: (.*)\]$/.exec(name) ?? []
    return runtime === undefined || test === undefined || reason === undefined ? [] : [{ runtime, test, reason }]
  })
}

/** Takes what the page begins with, the versions of the peers and the differences, gives the page. */
export function comparisonText(
  intro: string,
  versions: Readonly<Record<'runc' | 'crun', string>>,
  differences: readonly Difference[],
): string {
  const rows = Map.groupBy(
    differences.filter(({ reason }) => !ALONE.includes(reason)),
    ({ test }) => test,
  )
  const said = (test: string, runtime: string) =>
    rows.get(test)?.find((difference) => difference.runtime === runtime)?.reason ?? ''
  const cells = [...rows.keys()].map((test) => [test, said(test, 'runc'), said(test, 'crun')])
  const heading = ['what bunc does', `runc ${versions.runc}`, `crun ${versions.crun}`]
  return `${intro.trimEnd()}\n\n${table([heading, ...cells])}\n\n${meant()}`
}

/** What bunc does on purpose, as an engine sees it. */
function meant(): string {
  const reasons = [...new Set(KNOWN_DIFFERENCES.map(({ reason }) => reason))]
  const head = `## What Docker shows otherwise than with runc

The same commands are given to Docker with either runtime, and what they print, and what is found in the containers, is
compared line by line. Nothing else differs than this, all of it on purpose:`
  return `${head}\n\n${reasons.map((reason) => `- ${reason}`).join('\n')}\n`
}

/** As the formatter would write it. */
function table(lines: readonly string[][]): string {
  const texts = lines.map((line) => line.map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*')))
  const widths = [0, 1, 2].map((column) => Math.max(...texts.map((line) => line[column]?.length ?? 0)))
  const row = (line: readonly string[]) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [heading = [], ...rest] = texts
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [row(heading), rule, ...rest.map(row)].join('\n')
}

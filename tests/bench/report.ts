// What a benchmark has found, and how it reads: one table for the runtimes side by side, and one for what bunc alone can
// be asked. Pure text.

import type { RuntimeName } from '#tests/support/runtime.ts'
import type { Counts } from './counts.ts'
import type { FilterCost } from './filters.ts'
import type { Growth } from './growth.ts'
import type { Figures } from './statistics.ts'

/** A row of the first table. What a runtime, or the host, could not answer is left out. */
export interface Row {
  readonly name: string
  readonly figures: Readonly<Partial<Record<RuntimeName, Figures>>>
}

/** All of it. */
export interface Report {
  /** What was measured where, in lines. */
  readonly heading: readonly string[]
  readonly runtimes: readonly RuntimeName[]
  readonly rows: readonly Row[]
  /** By the names of bunc's commands. */
  readonly counts: Readonly<Record<string, Counts>>
  readonly filters: readonly FilterCost[]
  readonly growth: readonly Growth[]
  /** Modules that are evaluated at the start, by entry. */
  readonly modules: Readonly<Record<string, number>>
}

/** Gives the report as text. */
export function reportText({ heading, runtimes, rows, counts, filters, growth, modules }: Report): string {
  const peers = runtimes.filter((name) => name !== 'bunc')
  const first = [
    ['', ...runtimes, ...peers.map((peer) => `bunc/${peer}`)],
    ...rows.map(({ name, figures }) => [
      name,
      ...runtimes.map((runtime) => shown(figures[runtime])),
      ...peers.map((peer) => ratio(figures.bunc, figures[peer])),
    ]),
  ]
  const second = [
    ['bunc', 'round trips', 'calls in tasks', 'calls of its own', 'opened'],
    ...Object.entries(counts).map(([command, cost]) => [command, ...countsOf(cost)]),
  ]
  const third = [
    ['run, ms', ...runtimes, 'round trips', 'calls in tasks', 'calls of its own', 'opened'],
    ...growth.map(({ name, times, counts: cost }) => [
      name,
      ...times.map((time) => (time === null ? '-' : time.toFixed(1))),
      ...(cost === undefined ? ['-', '-', '-', '-'] : countsOf(cost)),
    ]),
  ]
  const fourth = [['modules', 'number'], ...Object.entries(modules).map(([name, number]) => [name, String(number)])]
  return [
    ...heading,
    '',
    ...aligned(first),
    '',
    ...aligned(second),
    '',
    ...aligned(third),
    '',
    ...aligned(fourth),
    '',
    ...aligned(filterLines(filters)),
  ].join('\n')
}

function countsOf({ roundTrips, inTasks, here, opened }: Counts): string[] {
  return [roundTrips, inTasks, here, opened].map(String)
}

/** A dash where libseccomp is not installed. */
function filterLines(filters: readonly FilterCost[]): string[][] {
  const sum = (of: keyof FilterCost) => filters.reduce((total, cost) => total + Number(cost[of] ?? Number.NaN), 0)
  const told = (count: number | undefined) => (Number.isFinite(count) ? String(count) : '-')
  return [
    ["instructions under Docker's profile", 'bunc', 'libseccomp, tree', 'libseccomp, chain', 'from Linux 5.11'],
    ...filters.map(({ call, bunc, tree, chain, remembered }) => [
      call,
      ...[bunc, tree, chain].map(told),
      remembered ? '0' : told(bunc),
    ]),
    ['all of them', ...(['bunc', 'tree', 'chain'] as const).map((of) => told(sum(of))), '-'],
  ]
}

function shown(figures: Figures | undefined): string {
  if (figures === undefined) return '-'
  const { median, spread } = figures
  if (spread === undefined) return String(median)
  return `${median.toFixed(1)} (${spread.p25.toFixed(1)} to ${spread.p75.toFixed(1)})`
}

function ratio(own: Figures | undefined, other: Figures | undefined): string {
  if (own === undefined || other === undefined) return '-'
  const value = own.median / other.median
  return value.toFixed(value < 0.1 ? 3 : 2)
}

/** The first column to the left, the others to the right. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

// Renders rows as a table: for programs laid out like runc's, whose columns come from Go's tabwriter with a cell width of
// at least 12 and a padding of 3, for scripts cut these columns by position; for a person at a terminal as wide as what
// they hold, within the width of the terminal. It refuses to know what the columns hold.

import { printable } from '#src/output.ts'
import type { Tone } from '#src/paint.ts'
import type { Surface } from './terminal.ts'

/** A column: its title and, for terminals, how it looks and what it may lose. */
export interface Column {
  readonly title: string
  /** The width that it may be cut to; where that is not enough, it is left out. Without it all of it is shown. */
  readonly least?: number
  /** What a cell is. */
  readonly tone?: (cell: string) => Tone | undefined
}

const LEAST_WIDTH = 12
const PADDING = 3
const GAP = '  '

/** Gives the table for where it is printed, each line ended by a newline. */
export function table(surface: Surface, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell)))
  return surface.terminal ? fitted(surface, columns, cells) : renderTable([columns.map(({ title }) => title), ...cells])
}

/** The rows as lines for programs, each ended by a newline. The last cell of a row is not padded. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map((cell) => printable(cell)))
  const widths: number[] = []
  for (const cells of lines) {
    cells.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? LEAST_WIDTH, length(cell) + PADDING)
    })
  }
  return lines
    .map((cells) => `${cells.map((cell, at) => pad(cell, at + 1 < cells.length ? widths[at] : 0)).join('')}\n`)
    .join('')
}

function fitted({ columns: room, paint }: Surface, columns: readonly Column[], rows: readonly string[][]): string {
  const shown = withinRoom(
    columns.map((column, at) => {
      const cells = rows.map((row) => row[at] ?? '')
      return { column, cells, width: Math.max(length(column.title), ...cells.map(length)) }
    }),
    room ?? Number.POSITIVE_INFINITY,
  )
  const line = (cells: readonly (readonly [text: string, tone: Tone | undefined])[]) =>
    cells
      .map(([text, tone], at) => {
        const cut = cutTo(text, shown[at]?.width ?? 0)
        const padding = at + 1 < cells.length ? pad('', (shown[at]?.width ?? 0) - length(cut)) : ''
        return `${tone === undefined ? cut : paint(tone, cut)}${padding}`
      })
      .join(GAP)
  return [
    line(shown.map(({ column }) => [column.title, 'heading'])),
    ...rows.map((_, row) =>
      line(shown.map(({ column, cells }) => [cells[row] ?? '', column.tone?.(cells[row] ?? '')])),
    ),
  ]
    .map((text) => `${text}\n`)
    .join('')
}

/** A column with its cells, and the width that it is given. */
interface Fitted {
  readonly column: Column
  readonly cells: readonly string[]
  readonly width: number
}

/** Cuts columns from the right, and where that is not enough leaves them out, as far as they may lose something. */
function withinRoom(columns: readonly Fitted[], room: number): readonly Fitted[] {
  let over = columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) - room
  const narrowed = columns
    .toReversed()
    .map((fitted) => {
      const least = Math.max(fitted.column.least ?? fitted.width, length(fitted.column.title))
      const width = Math.min(fitted.width, Math.max(least, fitted.width - Math.max(0, over)))
      over -= fitted.width - width
      return { ...fitted, width }
    })
    .toReversed()
  const last = columns.findLastIndex(({ column }) => column.least !== undefined)
  return over > 0 && last >= 0 ? withinRoom(columns.toSpliced(last, 1), room) : narrowed
}

function cutTo(text: string, width: number): string {
  return length(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`
}

function pad(cell: string, width = 0): string {
  return cell + ' '.repeat(Math.max(0, width - length(cell)))
}

/** Characters as Go counts them: code points, not UTF-16 units. */
function length(cell: string): number {
  let count = 0
  for (const _ of cell) count++
  return count
}

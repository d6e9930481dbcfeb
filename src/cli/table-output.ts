// Renders rows as the table that `list` prints, laid out like runc's, whose columns come from Go's tabwriter with a
// cell width of at least 12 and a padding of 3: scripts cut these columns by position.
// It refuses to know what the columns hold.

const LEAST_WIDTH = 12
const PADDING = 3

/** The rows as lines, each ended by a newline. The last cell of a row is not padded. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(printable))
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

function pad(cell: string, width = 0): string {
  return cell + ' '.repeat(Math.max(0, width - length(cell)))
}

/** Characters as Go counts them: code points, not UTF-16 units. */
function length(cell: string): number {
  let count = 0
  for (const _ of cell) count++
  return count
}

/** A directory may be called anything: a newline must not forge a row, nor an escape sequence reach the terminal. */
function printable(cell: string): string {
  let text = ''
  for (const char of cell) {
    const code = char.codePointAt(0) ?? 0
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0)
    text += control ? `\\x${code.toString(16).padStart(2, '0')}` : char
  }
  return text
}

// Sets text in columns and lines of limited width, for help on a terminal. It refuses to know what the text is about.

/** Help is read on terminals of 80 columns. */
export const WIDTH = 80

/** Longest left column; a longer entry puts its text on the next line. */
const LONGEST_LEFT = 28

/** Breaks `text` at spaces into lines of at most `width` characters; a longer word stands alone on its line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Lines of two columns, indented by two: what is named on the left is explained on the right. */
export function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= LONGEST_LEFT)
  const start = 2 + Math.max(0, ...fitting) + 2
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrap(right, WIDTH - start)
    const head = `  ${left}`
    const lines = head.length + 2 <= start ? [head.padEnd(start) + first] : [head, ' '.repeat(start) + first]
    return [...lines, ...more.map((line) => ' '.repeat(start) + line)]
  })
}

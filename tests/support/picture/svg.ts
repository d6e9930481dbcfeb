// Draws what a terminal shows as an SVG: a dark field with a line of text for each line, in the colours that SGR sequences
// ask for. Knows no command, and no more of a terminal than bunc needs.

import { COLOURS } from '../screen.ts'

const COLUMNS = 116
const CELL = { width: 7.8, height: 18 }
const MARGIN = 16
const FONT = 13

/** How each SGR parameter that bunc uses looks. */
const CLASSES: Readonly<Record<string, string>> = { '1': 'b', '2': 'd', '31': 'r', '32': 'g', '33': 'y' }

const STYLE = [
  `text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9;white-space:pre}`,
  '.b{font-weight:bold;fill:#f0f6fc}.d{fill:#7d8590}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}',
].join('')

interface Piece {
  readonly text: string
  /** Names of classes, divided by blanks. */
  readonly look: string
}

/** Takes lines with SGR sequences, gives the SVG. Lines that are too long go on in the next, as on a terminal. */
export function svg(transcript: string): string {
  const lines = transcript
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(pieces(line)))
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN)
  const height = lines.length * CELL.height + 2 * MARGIN
  const texts = lines.map((line, at) => {
    const y = MARGIN + at * CELL.height + FONT
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${line.map(tspan).join('')}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n')
}

function pieces(line: string): readonly Piece[] {
  const looks = ['', ...[...line.matchAll(COLOURS)].map(([sequence]) => lookOf(sequence))]
  return line.split(COLOURS).map((text, at) => ({ text, look: looks[at] ?? '' }))
}

function lookOf(sequence: string): string {
  const parameters = sequence.slice(2, -1).split(';')
  return parameters.flatMap((parameter) => CLASSES[parameter] ?? []).join(' ')
}

function wrapped(line: readonly Piece[]): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]]
  let room = COLUMNS
  for (const { text, look } of line)
    for (let rest = text; rest !== '';) {
      if (room === 0) {
        lines.push([])
        room = COLUMNS
      }
      const part = rest.slice(0, room)
      lines.at(-1)?.push({ text: part, look })
      room -= part.length
      rest = rest.slice(part.length)
    }
  return lines
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function tspan({ text, look }: Piece): string {
  const escaped = text.replaceAll(/[&<>]/g, (letter) => ENTITIES[letter] ?? '')
  return look === '' ? escaped : `<tspan class="${look}">${escaped}</tspan>`
}

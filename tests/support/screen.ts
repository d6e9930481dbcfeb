// What a terminal shows in the end, of what was written to it: it knows colours, the return, and how to erase the rest of a
// line, which is all that bunc asks of one.

/** Begins every sequence that a terminal obeys. */
export const ESC = '\u001b'

/** Sequences that change colours and weight (SGR), and nothing else. */
export const COLOURS = /\u001b\[[\d;]*m/g

/** Takes what was written, with plain newlines; gives the lines that are left, without colours. */
export function screen(text: string): string {
  return text.replaceAll(COLOURS, '').split('\n').map(lineOf).join('\n')
}

function lineOf(written: string): string {
  let shown = ''
  for (const piece of written.split('\r')) {
    const [before = '', after] = piece.split(`${ESC}[K`)
    const over = before + shown.slice(before.length)
    shown = after === undefined ? over : before + after
  }
  return shown
}

// What a piece of text is, and how a terminal shows that. Who makes a text says what its pieces are, and is passed the one
// that paints them: elsewhere than at a terminal that leaves every byte as it is.

/** SGR parameters: attributes and the first eight colours, which every theme makes legible. */
const CODES = { heading: '1', good: '32', doubtful: '33', bad: '31', fault: '1;31', aside: '2' } as const

/** What a piece of text is. */
export type Tone = keyof typeof CODES

/** Takes what a text is and the text, gives the text as it is printed. */
export type Paint = (tone: Tone, text: string) => string

/** For everything that is no terminal. */
export const plain: Paint = (_, text) => text

/** For a terminal. The text must be printable: what it holds is passed on. */
export const coloured: Paint = (tone, text) => (text === '' ? '' : `\x1b[${CODES[tone]}m${text}\x1b[0m`)

// Where the picture of the README and the transcript that it was drawn from are kept.

import { join } from 'node:path'

/** The picture. */
export const PICTURE = join(import.meta.dir, '../../../docs/picture.svg')
/** Where it is shown. */
export const README = join(import.meta.dir, '../../../README.md')
/** What the terminal showed, with its SGR sequences. */
export const TRANSCRIPT = join(import.meta.dir, 'transcript.txt')

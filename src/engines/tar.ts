// Writes a tar archive whose bytes depend on what is in it alone, as tar(5) has it (ustar): what an engine imports as an
// image, and what is in a Debian package.

const BLOCK = 512

/** A file, or without `content` a directory. `path` has no leading slash and is empty for the top. All belong to root. */
export interface Entry {
  readonly path: string
  readonly content?: Uint8Array | string
  readonly executable?: boolean
}

/** Takes entries in the order of unpacking, so directories first, and their date in seconds; gives a tar archive. */
export function tar(entries: readonly Entry[], date: number): Buffer<ArrayBuffer> {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '')
    return [tarHeader(entry, content.length, date), content, Buffer.alloc(-content.length & (BLOCK - 1))]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function tarHeader({ path, content, executable }: Entry, size: number, date: number): Buffer<ArrayBuffer> {
  const directory = content === undefined
  const name = path === '' ? './' : `./${path}${directory ? '/' : ''}`
  if (name.length > 100) throw new Error(`Cannot pack "${path}": a name in a tar archive has at most 100 characters`)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  const mode = directory || executable === true ? 0o755 : 0o644
  const fields = [name.padEnd(100, '\0'), octal(mode, 8), octal(0, 8), octal(0, 8), octal(size, 12), octal(date, 12)]
  // For the sum, the eight characters that will hold it count as spaces.
  const rest = [
    directory ? '5' : '0',
    '\0'.repeat(100),
    'ustar\x0000',
    'root'.padEnd(32, '\0'),
    'root'.padEnd(32, '\0'),
  ]
  const header = Buffer.alloc(BLOCK)
  header.write([...fields, ' '.repeat(8), ...rest].join(''), 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

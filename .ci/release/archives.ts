// Writes tar, gzip and ar archives whose bytes depend on what is in them alone. The programs of those names put their
// version, the clock or the user into them, and dpkg-deb is not on every machine that can build bunc; the compressor is
// the one in Bun, which package-lock.json pins. Formats: tar(5) (ustar), ar(5), RFC 1952.

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

/**
 * Takes bytes or text, gives them compressed, with no name and no date in the header. Level 9 is what Debian asks for
 * documents; for an executable it takes twice the time of 6 and gains less than a percent.
 */
export function gzip(content: Uint8Array<ArrayBuffer> | string, level: 6 | 9): Uint8Array<ArrayBuffer> {
  const packed = Bun.gzipSync(content, { library: 'libdeflate', level })
  // The byte that names the operating system on which it was compressed: unknown.
  packed[9] = 0xff
  return packed
}

/** Takes files with short names and their date in seconds, gives an archive in the common format of ar(5). */
export function ar(files: Readonly<Record<string, Uint8Array | string>>, date: number): Buffer<ArrayBuffer> {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(content)
    const fields = [name.padEnd(16), `${date}`.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)]
    const header = Buffer.from(`${fields.join('')}${`${body.length}`.padEnd(10)}\`\n`, 'latin1')
    return [header, body, Buffer.from(body.length % 2 === 0 ? '' : '\n')]
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

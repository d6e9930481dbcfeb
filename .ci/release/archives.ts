// Writes gzip and ar archives whose bytes depend on what is in them alone. The programs of those names put their version,
// the clock or the user into them, and dpkg-deb is not on every machine that can build bunc; the compressor is the one in
// Bun, which package-lock.json pins. Formats: ar(5), RFC 1952. For tar there is src/engines/tar.ts.

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

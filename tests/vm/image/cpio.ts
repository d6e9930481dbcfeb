// Writes "newc" cpio archives, the format that the kernel unpacks an initrd from (kernel documentation,
// driver-api/early-userspace/buffer-format). Archives may simply be joined end to end. Knows nothing of what is in them.

const REGULAR_FILE = 0o100000
const DIRECTORY = 0o040000

/** A directory has no content. */
export type Entry = { readonly path: string; readonly content?: Uint8Array | string; readonly executable?: boolean }

/**
 * One archive, all of it root's.
 * @param entries in the order to be unpacked, so directories first; paths have no leading slash
 */
export function cpio(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const parts = entries.flatMap((entry, index) => record(entry, index + 1))
  return Buffer.concat([...parts, ...record({ path: 'TRAILER!!!', content: '' }, 0)])
}

function record(entry: Entry, inode: number): Uint8Array[] {
  const content = Buffer.from(entry.content ?? '')
  const type = entry.content === undefined ? DIRECTORY : REGULAR_FILE
  const mode = type | (entry.executable || type === DIRECTORY ? 0o755 : 0o644)
  const name = Buffer.from(`${entry.path}\0`)
  // inode mode uid gid links mtime size, device twice (major, minor), length of the name, checksum (unused in newc)
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0]
  const header = Buffer.from('070701' + fields.map((field) => field.toString(16).padStart(8, '0')).join(''))
  return [header, name, padding(header.length + name.length), content, padding(content.length)]
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3)
}

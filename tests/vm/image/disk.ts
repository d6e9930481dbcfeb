// Makes disks out of directories. Knows nothing of what they hold.
import { tool } from '../tool.ts'

/**
 * Makes an ext4 file system out of a directory.
 * @param directory what it holds
 * @param file where, sparse
 * @param sizeMiB its size
 */
export async function makeDisk(directory: string, file: string, sizeMiB: number) {
  // The lazy initialisation of inode tables uses a request that User-mode Linux's disk does not know.
  const options = ['-O', '^has_journal', '-E', 'lazy_itable_init=0', '-m', '0']
  await tool(['mke2fs', '-F', '-q', '-t', 'ext4', ...options, '-d', directory, file, `${sizeMiB}M`])
}

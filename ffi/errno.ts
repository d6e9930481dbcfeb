// errno by name and by number, and the sentence that people know from perror(3).

import { ERRNO } from './numbers/errno.ts'

/** An errno by its kernel name. */
export type Errno = keyof typeof ERRNO

const names = new Map<number, string>()

/** Takes an errno as a number, gives its name; a number that Linux does not know gives `errno 4711`. */
export function errnoName(number: number): string {
  if (names.size === 0) for (const [name, value] of Object.entries(ERRNO)) names.set(value, name)
  return names.get(number) ?? `errno ${number}`
}

/** Whether a word is the name of an errno: "ENOENT". */
export function isErrno(word: string): boolean {
  return Object.hasOwn(ERRNO, word)
}

/** What perror(3) says for the errnos that people meet; engines match some of these texts literally. */
const SENTENCES: { readonly [name: string]: string } = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ESRCH: 'no such process',
  EIO: 'input/output error',
  ENXIO: 'no such device or address',
  E2BIG: 'argument list too long',
  ENOEXEC: 'exec format error',
  EBADF: 'bad file descriptor',
  ECHILD: 'no child processes',
  EAGAIN: 'resource temporarily unavailable',
  ENOMEM: 'cannot allocate memory',
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  EEXIST: 'file exists',
  EXDEV: 'invalid cross-device link',
  ENODEV: 'no such device',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EINVAL: 'invalid argument',
  ENFILE: 'too many open files in system',
  EMFILE: 'too many open files',
  ENOTTY: 'inappropriate ioctl for device',
  ETXTBSY: 'text file busy',
  EFBIG: 'file too large',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EPIPE: 'broken pipe',
  ERANGE: 'numerical result out of range',
  ENAMETOOLONG: 'file name too long',
  ENOLCK: 'no locks available',
  ENOSYS: 'function not implemented',
  ENOTEMPTY: 'directory not empty',
  ELOOP: 'too many levels of symbolic links',
  EOVERFLOW: 'value too large for defined data type',
  EOPNOTSUPP: 'operation not supported',
  ENOBUFS: 'no buffer space available',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'connection timed out',
  ESTALE: 'stale file handle',
  EKEYREVOKED: 'key has been revoked',
  EDQUOT: 'disk quota exceeded',
}

/** Takes the name of an errno, gives its sentence in lower case, or the name itself where there is none. */
export function errnoSentence(name: string): string {
  return SENTENCES[name] ?? name
}

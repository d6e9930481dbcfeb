// Takes out of an engine's answer what differs between two runs of the same thing: ids, names, times, numbers of
// processes, and the wording of the runtime's own errors. What is left has to be equal for both runtimes.
import { basename } from 'node:path'

import type { PeerName } from './programs.ts'

/** What carries the mark of one side: the runtime's name ends every name it makes up, `dir` is the engine's directory. */
export interface Marks {
  readonly runtime: PeerName
  readonly dir: string
}

/**
 * The phrases by which engines choose an exit code for a runtime's error, in the order in which they are looked for
 * here; those of one row lead to the same code. An error with none of them is of the class "other".
 */
const ERROR_CLASSES = [
  ['executable file not found'],
  ['permission denied', 'is a directory'],
  ['not a directory'],
  ['no such file or directory'],
  ['exec format error'],
  ['does not exist'],
  ['container not running'],
] as const

/** `text` without what is particular to one run. */
export function normalise(text: string, marks: Marks): string {
  return (
    classifyErrors(text)
      .replace(/\r+\n/g, '\n')
      .replaceAll(marks.dir, '<dir>')
      .replaceAll(basename(marks.dir), '<engine>')
      .replace(new RegExp(`([-=]|--runtime )${marks.runtime}\\b(?!-)`, 'g'), '$1<runtime>')
      // The client says so, or not, of a container that failed to start: whether it was already waiting is a race.
      .replace(/time="[^"]*" level=error msg="error waiting for container: context canceled"\n/g, '')
      .replace(/\b(sha256:)?[0-9a-f]{64}\b/g, '<id>')
      .replace(/\b[0-9a-f]{12}\b/g, '<id>')
      // BuildKit's ids.
      .replace(/\b(?=\w*\d)[0-9a-z]{25}\b/g, '<id>')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, '<time>')
  )
}

/** The class of a runtime's error: the phrases by which an engine would know it. */
function errorClass(message: string): string {
  const text = message.toLowerCase()
  return ERROR_CLASSES.find((phrases) => phrases.some((phrase) => text.includes(phrase)))?.join(' or ') ?? 'other'
}

/** A runtime's error reaches the client as one line behind "OCI runtime … failed: ", and ": unknown" ends it. */
function classifyErrors(text: string): string {
  const classify = (_: string, head: string, message: string) => `${head}<${errorClass(message)}>`
  return text.replace(/(OCI runtime \w+ failed: )([^]*?)(?=: unknown(?:[.:\s]|$)|$)/g, classify)
}

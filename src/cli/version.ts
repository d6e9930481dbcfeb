// What `--version` prints. Engines read it: the name before the word "version", and the lines `commit:` and `spec:`.

import { COMMIT, SPEC_VERSION, VERSION } from '#src/build.ts'

/** Gives the text, with a newline at its end. */
export function versionText(): string {
  const commit = COMMIT === undefined ? [] : [`commit: ${COMMIT}`]
  return [`bunc version ${VERSION}`, ...commit, `spec: ${SPEC_VERSION}`, ''].join('\n')
}

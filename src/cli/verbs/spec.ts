// `bunc spec`.

import { doing } from '#ffi/context.ts'
import { getegid, geteuid } from '#ffi/calls/credentials.ts'
import { defaultSpec } from '#src/config/default-spec.ts'
import { Failure } from '#src/failure.ts'
import { writeNew } from '#src/files.ts'
import { failedWith } from '#ffi/error.ts'
import { absolute } from '../paths.ts'
import type { Verb } from '../verb.ts'

/** Writes a config.json to begin with; one that is there already is left alone. */
export const specVerb: Verb<'spec'> = (world, { options }) => {
  const { here } = world.kernel
  const file = absolute({ cwd: absolute(world, options.bundle) }, options.file ?? 'config.json')
  const user = options.rootless ? { uid: here(geteuid()), gid: here(getegid()) } : undefined
  try {
    const text = `${JSON.stringify(defaultSpec(user), null, '\t')}\n`
    doing(`write "${file}"`, () => writeNew(here, file, text, 0o666))
  } catch (error) {
    if (failedWith(error, 'EEXIST')) throw new Failure(`Cannot write "${file}": file exists`, 'remove it first')
    throw error
  }
  return 0
}

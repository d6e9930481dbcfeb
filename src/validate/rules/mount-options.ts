// Options of mounts that stand in no table: a file system may know them, a bind mount does not.

import { each, problem, type Rule } from '#src/config/rule.ts'
import { nearest } from '#src/config/nearest.ts'
import type { Mount } from '#src/config/schema/mounts.ts'
import { shown } from '#src/config/shown.ts'
import { mountOptionNames } from '#src/rootfs/options.ts'
import { parseOptions } from '#src/rootfs/parse-options.ts'
import { didYouMean, type Look } from '../look.ts'

const SPEC = 'config.md#linux-mount-options'

/** Calls `say` with each option that the specification does not have. */
function strange(mounts: readonly Mount[], bind: boolean, say: (option: string, names: readonly string[]) => string) {
  const names = mountOptionNames()
  return each(mounts, ({ type, options }, index) =>
    (type === 'bind' || parseOptions(options).bind !== 'no') !== bind
      ? []
      : each(options, (option, place) => {
          const text = names.includes(option) ? '' : say(option, names)
          return text === '' ? [] : problem(['mounts', index, 'options', place], text)
        }),
  )
}

const ofBinds: Rule<Look> = {
  name: 'bind mounts have options of the specification alone',
  spec: SPEC,
  reads: ['mounts'],
  check: ({ config }) =>
    strange(
      config.mounts,
      true,
      (option, names) => `${shown(option)} is not a mount option${didYouMean(option, names)}`,
    ),
}

const slips: Rule<Look> = {
  name: 'an option for the file system is no slip of the pen',
  spec: SPEC,
  reads: ['mounts'],
  check: ({ config }) =>
    strange(config.mounts, false, (option, names) =>
      option.includes('=') || nearest(option, names) === undefined
        ? ''
        : `${shown(option)} is left to the file system${didYouMean(option, names)}`,
    ),
}

export const mountOptionErrors: readonly Rule<Look>[] = [ofBinds]
export const mountOptionWarnings: readonly Rule<Look>[] = [slips]

// The rules of `hooks`.

import type { Config } from '../schema/config.ts'
import { shown } from '../shown.ts'
import { each, eachKey, problem, type Rule } from '../rule.ts'
import { isAbsolute } from './text.ts'

const paths: Rule<Config> = {
  name: 'hooks are named by absolute path',
  spec: 'config.md#posix-platform-hooks',
  reads: ['hooks'],
  check: ({ hooks }) =>
    eachKey(hooks, (kind, list) =>
      each(list, ({ path }, index) =>
        isAbsolute(path) ? [] : problem(['hooks', kind, index, 'path'], `${shown(path)} is not an absolute path`),
      ),
    ),
}

export const hookRules: readonly Rule<Config>[] = [paths]

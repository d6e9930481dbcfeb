/** The rules of `hooks`. */

import { hookRules } from '#src/config/rules/hooks.ts'
import { testRules } from './tables.ts'

testRules(
  hookRules,
  [
    [{ 'hooks.prestart[0].path': 'hook' }, 'hooks.prestart[0].path: "hook" is not an absolute path'],
    [
      { 'hooks.poststart': [{ path: '/a' }, { path: '' }], 'hooks.poststop[0].path': './b' },
      'hooks.poststart[1].path: "" is not an absolute path',
      'hooks.poststop[0].path: "./b" is not an absolute path',
    ],
  ],
  [{ 'hooks.createContainer[0]': { path: '/a', args: ['a'], env: ['odd'], timeout: 1 } }],
)

// Bundles, config.json and ids that are not what they should be.
import { rmSync, writeFileSync } from 'node:fs'

import type { Box } from '#tests/support/box.ts'
import { writeConfig } from '#tests/support/bundle.ts'
import { races } from '#tests/support/container-test.ts'
import { defaultSpec } from '#tests/support/spec.ts'
import { type Mistake, running } from './mistake.ts'

const call = (box: Box) => box.call(['run', '--bundle', box.bundleDir, box.name])

/** Makes a config.json out of the usual one's text. */
const text = (change: (json: string) => string): Mistake['provoke'] => {
  return (box) => {
    writeConfig(box.bundleDir, change(JSON.stringify(defaultSpec(box.name), null, 2)))
    return call(box)
  }
}

export const CONFIG_MISTAKES: readonly Mistake[] = [
  {
    title: 'The bundle is not there',
    provoke: (box) => box.call(['run', '--bundle', box.path('absent'), box.name]),
    says: ['/absent/config.json"', 'no such file or directory', 'a bundle is a directory'],
  },
  {
    title: 'The bundle has no config.json',
    provoke: (box) => {
      rmSync(`${box.bundleDir}/config.json`, { force: true })
      return call(box)
    },
    says: ['/config.json"', 'no such file or directory', 'bunc spec'],
  },
  {
    title: 'The config.json has comments',
    provoke: text((json) => json.replace('{\n', '{\n  // The web server.\n')),
    says: ['line 2, column 3', 'JSON has no comments'],
    but: [races('crun', 'takes comments')],
  },
  {
    title: 'The config.json has a comma too many',
    provoke: text((json) => json.replace(/\n\}$/, ',\n}')),
    says: ['expected a key but found "}"'],
  },
  {
    title: 'The config.json ends too early',
    provoke: text((json) => json.slice(0, 200)),
    says: ['line 13', 'does not end'],
  },
  {
    title: 'The config.json is YAML',
    provoke: text(() => 'ociVersion: 1.0.2\nprocess:\n  args: [sh]\n'),
    says: ['line 1, column 1', 'YAML is none'],
  },
  {
    title: 'The config.json is in UTF-16',
    provoke: (box) => {
      writeFileSync(
        `${box.bundleDir}/config.json`,
        Buffer.from(`\ufeff${JSON.stringify(defaultSpec(box.name))}`, 'utf16le'),
      )
      return call(box)
    },
    says: ['line 1, column 1', 'it must be UTF-8'],
  },
  { title: 'The config.json is empty', provoke: text(() => ''), says: ['it is empty'] },
  {
    title: 'The version of the specification is too new',
    provoke: running({ ociVersion: '2.0.0' }),
    says: ['ociVersion: "2.0.0"', 'version 1'],
    but: [races('runc', 'takes it')],
  },
  {
    title: 'The version of the specification is missing',
    provoke: running({ ociVersion: null }),
    says: ['ociVersion: is missing'],
    but: [races('runc', 'takes it')],
  },
  {
    title: 'A text stands where a list must',
    provoke: text((json) => json.replace(/"args": \[[^\]]*\]/, '"args": "sh"')),
    says: ['process.args: "sh" is not a list'],
  },
  {
    title: 'The id is in use',
    provoke: async (box) => {
      await box.running()
      return call(box)
    },
    keeps: true,
    says: ['already exists', 'bunc delete'],
  },
  {
    title: 'The id has a character that it must not have',
    provoke: (box) => {
      box.configure()
      return box.call(['run', '--bundle', box.bundleDir, 'web/1'])
    },
    says: ['invalid container id "web/1"', 'letters, digits'],
  },
  {
    title: 'The container does not exist',
    provoke: (box) => box.call(['start', 'absent']),
    says: ['container "absent" does not exist', '--root'],
  },
]

// What `checkpoint` and `restore` share: the flags that are handed on to criu.

import type { Settings } from '#src/checkpoint/settings.ts'
import { variable } from './environment.ts'
import { absolute } from './paths.ts'
import type { Of, World } from './verb.ts'

/** Where a login shell of root would look. */
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

type Given = {
  readonly [name in keyof Of<'checkpoint'>['options'] & keyof Of<'restore'>['options']]: Of<'restore'>['options'][name]
}

/** Takes the flags, gives the settings. Images are in "checkpoint" of the current directory where nothing else is said. */
export function criuSettings(world: World, given: Given): Settings {
  const { imagePath = 'checkpoint', workPath } = given
  return {
    imagePath: absolute(world, imagePath),
    workPath: workPath === undefined ? undefined : absolute(world, workPath),
    tcpEstablished: given.tcpEstablished,
    extUnixSk: given.extUnixSk,
    shellJob: given.shellJob,
    fileLocks: given.fileLocks,
    lazyPages: given.lazyPages,
    autoDedup: given.autoDedup,
    emptyNs: given.emptyNs,
    manageCgroupsMode: given.manageCgroupsMode,
    networkLock: given.networkLock,
    searchPath: variable('PATH') ?? SEARCH_PATH,
  }
}

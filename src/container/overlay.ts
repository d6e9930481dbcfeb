// A root of layers: what is there, under a memory file system that takes all writes and is gone with the container. It is
// mounted in the container's own mount namespace, so the host never has it.

import type { TaskSys } from '#ffi/call.ts'
import { mkdirat, openat } from '#ffi/calls/file.ts'
import { fsconfigCreate, fsconfigString, fsmount, fsopen, moveMount } from '#ffi/calls/mount.ts'
import { doing } from '#ffi/context.ts'

/** Takes the directory to see through and an empty directory of the host to build on; gives the path of the root. */
export function throwAwayRoot(task: TaskSys, lower: string, place: string): string {
  return doing(`make a throw-away copy of "${lower}"`, () => {
    using memory = task(fsopen('tmpfs'))
    task(fsconfigString(memory, 'mode', '755'))
    task(fsconfigCreate(memory))
    using layer = task(fsmount(memory, []))
    for (const name of ['upper', 'work', 'root']) task(mkdirat(layer, name, 0o755))
    using below = task(openat('cwd', place, ['PATH', 'DIRECTORY']))
    task(moveMount(layer, below))
    using overlay = task(fsopen('overlay'))
    task(fsconfigString(overlay, 'lowerdir', lower))
    task(fsconfigString(overlay, 'upperdir', `${place}/upper`))
    task(fsconfigString(overlay, 'workdir', `${place}/work`))
    task(fsconfigCreate(overlay))
    using merged = task(fsmount(overlay, []))
    using target = task(openat('cwd', `${place}/root`, ['PATH', 'DIRECTORY']))
    task(moveMount(merged, target))
    return `${place}/root`
  })
}

// Linux 5.10 and 5.11: mounts are changed by mount(2).

import { smokeWithout } from './smoke.ts'

await smokeWithout(
  ['mount_setattr'],
  ['lifecycle', 'root', 'mounts', 'mount-options', 'masked-paths', 'user-namespace'],
)

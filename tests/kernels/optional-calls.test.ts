// What Bun and libc use where it is there, and bunc for rare things alone: a container needs none of it.

import { smokeWithout } from './smoke.ts'

await smokeWithout(['close_range', 'faccessat2', 'pidfd_getfd'], ['lifecycle', 'exec', 'masked-paths'])

// The document that `mounts` is given: the `mounts` of a config.json (config.md#mounts), in an object or as they stand.

import { read, type Document } from './read.ts'
import { each, problem, rulesOf, type Rule } from './rule.ts'
import { destination } from './rules/mounts.ts'
import { mountsSchema, type Mount } from './schema/mounts.ts'
import { record } from './schema/values.ts'

interface MountsFile {
  readonly mounts: readonly Mount[]
}

/** Maps belong to the moment in which a mount is made detached, with a user namespace at hand. */
const mappings: Rule<MountsFile> = {
  name: 'mounts that are added later have no mappings of their own',
  spec: 'config.md#posix-platform-mounts',
  reads: ['mounts'],
  check: ({ mounts }) =>
    each(mounts, ({ uidMappings, gidMappings }, index) =>
      uidMappings.length + gidMappings.length === 0
        ? []
        : problem(['mounts', index], 'mappings are not possible in a container that runs'),
    ),
}

const MOUNTS: Document<MountsFile> = {
  schema: record({ mounts: mountsSchema }),
  rules: [rulesOf([destination, mappings])],
  harmless: new Map(),
}

/** Takes the text of a mounts file, gives the mounts with every default filled in. Throws a `ConfigError`. */
export function readMounts(text: string, file = 'the mounts file'): readonly Mount[] {
  const bare = text.trimStart().startsWith('[')
  return read(bare ? `{"mounts":${text}}` : text, file, MOUNTS).mounts
}

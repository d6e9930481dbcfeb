// `mounts` (config.md#mounts). Options stay plain strings: the specification hands those that a runtime does not know to
// the filesystem, so the table of options belongs to who mounts and not here.

import { idMappingsSchema } from './namespaces.ts'
import { optionalList, optionalText, optionalTexts, record, text, type Output } from './values.ts'

const mountSchema = record({
  destination: text,
  type: optionalText,
  source: optionalText,
  options: optionalTexts,
  uidMappings: idMappingsSchema,
  gidMappings: idMappingsSchema,
})

export const mountsSchema = optionalList(mountSchema)

export type Mount = Output<typeof mountSchema>

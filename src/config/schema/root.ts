// `root`: where the container's root filesystem lies (config.md#root). Whether a directory is there is for create to see.

import { optionalFlag, record, text, type Output } from './values.ts'

export const rootSchema = record({
  path: text,
  readonly: optionalFlag,
})

export type Root = Output<typeof rootSchema>

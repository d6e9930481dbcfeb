// config.json as a whole (config.md), version 1.3 of the runtime-spec. The sections of other platforms are not named and
// therefore ignored, as are fields that no version of the specification has.

import * as v from 'valibot'
import { hooksSchema } from './hooks.ts'
import { linuxSchema } from './linux.ts'
import { mountsSchema } from './mounts.ts'
import { processSchema } from './process.ts'
import { rootSchema } from './root.ts'
import { optionalText, record, text, textMap, type Output } from './values.ts'

export const configSchema = record({
  ociVersion: text,
  root: rootSchema,
  /** May be absent in `create`; `start` then has nothing to start. */
  process: v.exactOptional(processSchema),
  mounts: mountsSchema,
  hostname: optionalText,
  domainname: optionalText,
  hooks: hooksSchema,
  annotations: v.optional(textMap, {}),
  linux: v.optional(linuxSchema, {}),
})

export type Config = Output<typeof configSchema>

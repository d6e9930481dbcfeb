// `hooks`: programs to run at points of the lifecycle (config.md#posix-platform-hooks). When and where they run is known
// elsewhere.

import * as v from 'valibot'
import { integer, optionalList, optionalTexts, record, text, type Output } from './values.ts'

/** In the order in which the lifecycle comes to them. */
export const HOOK_KINDS = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const

export type HookKind = (typeof HOOK_KINDS)[number]

const hookSchema = record({
  path: text,
  args: optionalTexts,
  env: optionalTexts,
  /** Seconds. */
  timeout: v.exactOptional(integer(1, 0x7fff_ffff)),
})

const hookList = optionalList(hookSchema)

const entries = {
  prestart: hookList,
  createRuntime: hookList,
  createContainer: hookList,
  startContainer: hookList,
  poststart: hookList,
  poststop: hookList,
} satisfies Record<HookKind, typeof hookList>

export const hooksSchema = v.optional(record(entries), {})

export type Hook = Output<typeof hookSchema>
export type Hooks = Output<typeof hooksSchema>

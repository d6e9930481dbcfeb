// Containers by name or, with --regex, by pattern.

import { names } from '#src/container/store.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './verb.ts'

/** Takes what stands for CONTAINER, gives the names that are meant. */
export function named({ kernel, store }: World, container: string, regex: boolean): readonly string[] {
  if (!regex) return [container]
  const pattern = compiled(container)
  return names(kernel.here, store).filter((name) => pattern.test(name))
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch {
    throw new UsageError(`Cannot use "${pattern}": it is not a regular expression`)
  }
}

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

/** Does something to each container. What fails for one keeps it from no other, and is thrown in the end. */
export function forEach(ids: readonly string[], act: (id: string) => void): void {
  const failures: unknown[] = []
  for (const id of ids) {
    try {
      act(id)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures)
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch {
    throw new UsageError(`Cannot use "${pattern}": it is not a regular expression`)
  }
}

// System call numbers by name, read from the tables apart from the code that compiles with them.

import type { Architecture } from '#src/security/seccomp/architectures.ts'

const tables = new Map<string, ReadonlyMap<string, number>>()

/** Gives the numbers of an architecture's system calls by name. */
export function numbersOf(architecture: Architecture): ReadonlyMap<string, number> {
  const numbers = tables.get(architecture.name) ?? read(architecture)
  tables.set(architecture.name, numbers)
  return numbers
}

function read({ tables, first, lacksMarked }: Architecture): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  let next = 0
  for (const [, jump, mark, name] of tables.join(' ').matchAll(/(\d+)(?=\s)|(-?)([a-z_]\w*)/g)) {
    if (jump !== undefined) next = Number(jump)
    else if (name !== undefined) {
      if (mark === '' || !lacksMarked) numbers.set(name, first + next)
      next++
    }
  }
  return numbers
}

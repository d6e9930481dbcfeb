// What is being done, as the words that an error will need. A stack rather than nested catch blocks: a batched call is
// performed long after the function that asked for it has returned, so it takes the stack along when it is queued.

let stack: readonly string[] = []

/**
 * Takes an action ("mount \"proc\" on \"/proc\"") and a function, gives what the function gives. Every error that is
 * made meanwhile, and every call that is queued meanwhile, knows that it belongs to this action.
 */
export function doing<R>(action: string, act: () => R): R {
  const outer = stack
  stack = [...outer, action]
  try {
    return act()
  } finally {
    stack = outer
  }
}

/** The actions under way, outermost first. */
export function underWay(): readonly string[] {
  return stack
}

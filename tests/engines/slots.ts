// Bounds how many scenarios run at once: an engine on a small host is slower with ten containers in the making than
// with four, and a limit in time then fails tests that have nothing wrong.

/** Gives a function that runs what it is given, at most `count` at a time, in the order of the calls. */
export function slots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free--
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

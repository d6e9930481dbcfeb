// The figures of a sample. Medians and quartiles: on a machine that does other things too, means and extremes tell of
// those.

/** What a sample comes to. A single measurement has no spread. */
export interface Figures {
  readonly median: number
  readonly spread?: { readonly p25: number; readonly p75: number }
}

/** Takes numbers, gives the one below which `part` (0 to 1) of them lie, between two of them by proportion. */
export function quantile(sample: readonly number[], part: number): number {
  const sorted = sample.toSorted((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** Takes a sample, gives its median and its quartiles. */
export function figuresOf(sample: readonly number[]): Figures {
  const [p25, median, p75] = [0.25, 0.5, 0.75].map((part) => quantile(sample, part))
  return { median: median ?? Number.NaN, spread: { p25: p25 ?? Number.NaN, p75: p75 ?? Number.NaN } }
}

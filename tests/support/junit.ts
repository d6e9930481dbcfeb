// Reads the report that `bun test --reporter=junit` writes, as far as a summary needs it. Not an XML parser: it relies
// on the order in which Bun writes attributes, and unit tests hold it to that.

/** A test as the report knows it. */
export interface Case {
  /** The names of its groups, outermost first, and its own. */
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Of a skipped test, undefined where it gives none. */
  readonly reason?: string
  /** Set where it failed first and passed then. */
  readonly secondTry?: boolean
}

/** Takes a report, gives its tests in order. */
export function casesOf(report: string): Case[] {
  const elements = report.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)
  return [...elements].map(([, name = '', group = '', body = '']) => {
    // Bun writes the innermost group first.
    const groups = group === '' ? [] : plain(group).split(' > ').toReversed()
    const full = [...groups, plain(name)].join(' > ')
    if (/<(failure|error)\b/.test(body)) return { name: full, outcome: 'failed' }
    if (!/<skipped\b/.test(body)) return { name: full, outcome: 'passed' }
    const reason = /\[skipped: ([^\]]+)\]/.exec(full)?.[1]
    return { name: full, outcome: 'skipped', ...(reason === undefined ? {} : { reason }) }
  })
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function plain(text: string): string {
  return text.replace(/&(#\d+|\w+);/g, (whole, word: string) =>
    word.startsWith('#') ? String.fromCodePoint(Number(word.slice(1))) : (ENTITIES[word] ?? whole),
  )
}

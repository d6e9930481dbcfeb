// docs/comparison.md says what the tests of this folder declare, for the peers that it names.
// `BUNC_UPDATE_GOLDEN=1 bun test tests/container/comparison.test.ts` writes its tables anew.

import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { comparisonText, differencesIn } from '#tests/support/comparison.ts'
import { lacks } from '#tests/support/needs.ts'
import { runtimes, unifiedCgroups } from '#tests/support/runtime.ts'

const PAGE = join(import.meta.dir, '../../docs/comparison.md')
/** Those of Debian 12. */
const VERSIONS = { runc: '1.1.5', crun: '1.8.1' }
/** What stands before it is written by hand. */
const TABLE = '| what bunc does'

const versionOf = (peer: string) => runtimes.find(({ name }) => name === peer)?.version
const wrong = Object.entries(VERSIONS).flatMap(([peer, version]) =>
  versionOf(peer) === version ? [] : [`needs ${peer} ${version}`],
)
const lacking = [...wrong, ...(unifiedCgroups ? ['needs cgroup v1'] : []), lacks(['root', 'busybox']) ?? []].flat()
const title = 'docs/comparison.md is up to date'

if (lacking.length > 0) test.skip(`${title} [skipped: ${lacking.join('; ')}]`, () => {})
else test(title, () => expectPage(differencesIn(declarations())), 60_000)

function expectPage(differences: ReturnType<typeof differencesIn>): void {
  expect(differences.length).toBeGreaterThan(200)
  const page = readFileSync(PAGE, 'utf8')
  const [intro = ''] = page.split(TABLE)
  const text = comparisonText(intro, VERSIONS, differences)
  if (process.env['BUNC_UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, text)
  else expect(page).toBe(text)
}

/** The report of a run that passes over every test: they are declared all the same. */
function declarations(): string {
  const work = mkdtempSync(join(tmpdir(), 'bunc-test-'))
  try {
    const report = join(work, 'report.xml')
    const flags = ['-t', 'none has such a name', '--reporter=junit', `--reporter-outfile=${report}`]
    Bun.spawnSync([process.execPath, 'test', import.meta.dir, ...flags])
    return readFileSync(report, 'utf8')
  } finally {
    rmSync(work, { recursive: true })
  }
}

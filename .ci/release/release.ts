// Makes the files of a release: an executable for each target, Debian packages, the bill of materials, and the checksums
// of all. Each is a function of the commit and of package-lock.json, so that anyone can make them again and compare.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Build, Target } from './build.ts'
import { debianName, debianPackage } from './debian-package.ts'
import { sbom } from './sbom.ts'

/** The name under which people find a CycloneDX document. */
const SBOM = 'bunc.cdx.json'
const SUMS = 'SHA256SUMS'

/**
 * Takes the date of the commit, undefined in a tree without one; gives the seconds since 1970 that a release is dated:
 * SOURCE_DATE_EPOCH, which reproducible-builds.org has for this, or that date. Fails where there is neither.
 */
export function sourceDate(committed: string | undefined): number {
  const date = process.env['SOURCE_DATE_EPOCH'] ?? committed
  if (date === undefined)
    throw new Error('Cannot date the release: here is no commit, and SOURCE_DATE_EPOCH is not set')
  if (!/^\d{1,10}$/.test(date)) throw new Error(`Cannot date the release: "${date}" is not a number of seconds`)
  return Number(date)
}

/** Takes what the release is made from and an existing directory; writes the files into it and says what it wrote. */
export async function release(build: Build, outdir: string): Promise<void> {
  const start = performance.now()
  const sums = new Map<string, string>()
  const write = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(outdir, name), content)
    tell(name, sha256(content))
  }
  const tell = (name: string, sum: string) => {
    sums.set(name, sum)
    console.log(`${join(outdir, name)}: ${Bun.file(join(outdir, name)).size} bytes`)
  }
  for (const target of build.targets) {
    await build.compile(target.name, join(outdir, executableName(target)))
    tell(executableName(target), sha256(readFileSync(join(outdir, executableName(target)))))
  }
  const executables = build.targets.map((target) => {
    const name = executableName(target)
    return { name, runtime: target.runtime, sha256: sums.get(name) ?? '' }
  })
  write(SBOM, sbom(build, executables))
  const host = build.targets.find(({ name }) => name === build.host)
  for (const target of build.targets.filter(({ libc }) => libc === 'glibc')) {
    const executable = readFileSync(join(outdir, executableName(target)))
    write(
      debianName(build, target),
      debianPackage(build, { target, executable, pages: pagesOf(outdir, host ?? target) }),
    )
  }
  write(SUMS, [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join(''))
  console.log(`bunc ${build.version}, ${((performance.now() - start) / 1_000).toFixed(0)} s`)
}

function executableName({ name }: Target): string {
  return `bunc-${name}`
}

/** What the executable says of itself. Texts are the same for each target, so the one that runs here gives them. */
function pagesOf(outdir: string, host: Target): (...words: string[]) => string {
  const file = join(outdir, executableName(host))
  return (...words) => {
    const { success, stdout, stderr } = Bun.spawnSync([file, ...words], { stdin: 'ignore' })
    if (!success) throw new Error(`Cannot run "${file} ${words.join(' ')}": ${stderr.toString().trim()}`)
    return stdout.toString()
  }
}

function sha256(content: Uint8Array | string): string {
  return new Bun.CryptoHasher('sha256').update(content).digest('hex')
}

// What package-lock.json says of the packages that end in the executable. Refuses to know how an SBOM is written.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as v from 'valibot'

const Package = v.object({
  version: v.string(),
  license: v.string(),
  /** Of the archive: "sha512-" and Base64, the only form that npm has written since 2017. */
  integrity: v.pipe(v.string(), v.startsWith('sha512-')),
})
const Lockfile = v.object({
  packages: v.record(v.string(), v.looseObject({ dev: v.optional(v.boolean(), false) })),
})

/** A package as the lockfile pins it. `sha512` is that of its archive, in hexadecimal. */
export interface Pinned {
  /** Where npm puts it, from the repository's root. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license: string
  readonly sha512: string
}

/**
 * Takes the repository's path and names of packages that count though only the build depends on them; gives these and
 * all that the program depends on. Fails where one has no version, licence or checksum.
 */
export function shippedPackages(root: string, besides: readonly string[]): Pinned[] {
  const { packages } = v.parse(Lockfile, JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  return Object.entries(packages).flatMap(([path, entry]) => {
    // The package without a path is bunc itself.
    const name = path.split('node_modules/').at(-1) ?? ''
    if (name === '' || (entry.dev && !besides.includes(name))) return []
    const { success, output } = v.safeParse(Package, entry)
    if (!success) throw new Error(`Cannot list "${name}": package-lock.json lacks its version, licence or checksum`)
    const { version, license, integrity } = output
    return [{ path, name, version, license, sha512: Buffer.from(integrity.slice(7), 'base64').toString('hex') }]
  })
}

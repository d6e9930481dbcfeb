// Where finished images stand: outside the repository, one directory for each architecture, recipe and week. Knows no
// step of a recipe, only which files it is written in.
import { readFileSync } from 'node:fs'
import { readdir, rm, stat, utimes } from 'node:fs/promises'
import type { Arch } from './machine.ts'

const UNUSED_DAYS = 7

/** The directory of all images: BUNC_VM_CACHE, or `bunc-vm` in the user's or the system's cache. */
export function cacheDirectory(): string {
  return process.env['BUNC_VM_CACHE'] ?? `${process.env['XDG_CACHE_HOME'] ?? '/var/cache'}/bunc-vm`
}

/**
 * Where the image of an architecture stands, or will. A changed recipe is another image, and so is another week's:
 * unstable moves on, and a new failure should not come in the middle of a week.
 * @param arch the machine's architecture
 */
export function imagePath(arch: Arch): string {
  const hash = new Bun.CryptoHasher('sha256')
  const files = [...new Bun.Glob('{image,guest}/**').scanSync(import.meta.dir)]
  for (const file of files.toSorted()) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(`${import.meta.dir}/${file}`))
  }
  return `${cacheDirectory()}/${arch}-${week(new Date())}-${hash.digest('hex').slice(0, 12)}`
}

/** The ISO 8601 week of a day, as in 2026-W07: its year and number are those of its Thursday. */
export function week(day: Date): string {
  const monday = (day.getUTCDay() + 6) % 7
  const thursday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() - monday + 3))
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const number = Math.floor((thursday.getTime() - newYear) / (7 * 86_400_000)) + 1
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`
}

/**
 * Whether an image is there; if so, notes that it is in use.
 * @param image its path
 */
export async function touchImage(image: string): Promise<boolean> {
  const now = new Date()
  return utimes(image, now, now).then(
    () => true,
    () => false,
  )
}

/**
 * Removes images of an architecture that no one has used for a week.
 * @param arch the machine's architecture
 */
export async function pruneImages(arch: Arch) {
  const oldest = Date.now() - UNUSED_DAYS * 86_400_000
  for (const name of await readdir(cacheDirectory())) {
    const path = `${cacheDirectory()}/${name}`
    if (name.startsWith(`${arch}-`) && (await stat(path)).mtimeMs < oldest) await rm(path, { recursive: true })
  }
}

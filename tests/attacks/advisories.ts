// Table: the published advisories of runc, crun and youki, a row each: those with several numbers are one hole in several
// runtimes. `race`: whether the attacker has to be there at the right moment; then the attack is tried that way, too. No
// code.

/** One advisory. */
export interface Advisory {
  readonly ids: readonly string[]
  readonly race?: true
}

export const ADVISORIES: readonly Advisory[] = [
  { ids: ['CVE-2016-3697'] },
  { ids: ['CVE-2016-9962'], race: true },
  { ids: ['CVE-2019-5736'], race: true },
  { ids: ['CVE-2019-16884'] },
  { ids: ['CVE-2019-18837'] },
  { ids: ['CVE-2019-19921'], race: true },
  { ids: ['GHSA-g54h-m393-cpwq'] },
  { ids: ['CVE-2021-30465'], race: true },
  { ids: ['CVE-2021-43784'] },
  { ids: ['CVE-2022-29162', 'CVE-2022-27650', 'CVE-2025-27612'] },
  { ids: ['CVE-2023-25809'] },
  { ids: ['CVE-2023-27561'], race: true },
  { ids: ['CVE-2023-28642'], race: true },
  { ids: ['CVE-2024-21626'] },
  { ids: ['CVE-2024-45310'], race: true },
  { ids: ['CVE-2025-24965'] },
  { ids: ['CVE-2025-31133', 'CVE-2025-62161'], race: true },
  { ids: ['CVE-2025-52565'], race: true },
  { ids: ['CVE-2025-52881', 'CVE-2025-62596'], race: true },
  { ids: ['CVE-2025-54867'], race: true },
  { ids: ['CVE-2026-30892'] },
  { ids: ['CVE-2026-41579', 'CVE-2026-47766'], race: true },
  { ids: ['CVE-2026-88264'], race: true },
  { ids: ['CVE-2026-88265'], race: true },
  { ids: ['CVE-2024-3154'] },
]

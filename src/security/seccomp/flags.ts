// Flags of a seccomp profile: which ones hold when the profile says nothing. What number each one has, and whether the
// kernel knows it, is the business of the system call.

/** The flags of config-linux.md#seccomp. TSYNC changes nothing for a process of one thread, which every container starts as. */
export const FLAGS = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const

export type Flag = (typeof FLAGS)[number]

/**
 * Takes the `flags` of a profile, gives those to install the filter with. A profile without the field gets SPEC_ALLOW:
 * the mitigation that it turns off costs every process in the container far more than the filter itself, and the other
 * runtimes do the same. An empty list means no flag.
 */
export function filterFlags(flags: readonly Flag[] | undefined): readonly Flag[] {
  return flags ?? ['SECCOMP_FILTER_FLAG_SPEC_ALLOW']
}

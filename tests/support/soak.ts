// How long the suites without an end go on: a minute or so by default, the whole way where BUNC_TEST_SOAK is set.

/** Whether this run has hours. */
export const SOAK = process.env['BUNC_TEST_SOAK'] === '1'

/** Takes a number for every run and one for a soak, gives the one that counts now. */
export function extent(always: number, soak: number): number {
  return SOAK ? soak : always
}

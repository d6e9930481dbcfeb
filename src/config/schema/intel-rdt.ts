// `linux.intelRdt`: cache and memory bandwidth by resctrl (config-linux.md#intelrdt). `enableCMT` and `enableMBM` of 1.1
// were replaced in 1.3 and are unknown fields now.

import { optionalFlag, optionalText, optionalTexts, record, type Output } from './values.ts'

export const intelRdtSchema = record({
  closID: optionalText,
  l3CacheSchema: optionalText,
  memBwSchema: optionalText,
  schemata: optionalTexts,
  enableMonitoring: optionalFlag,
})

export type LinuxIntelRdt = Output<typeof intelRdtSchema>

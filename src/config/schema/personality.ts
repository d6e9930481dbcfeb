// `linux.personality`: the execution domain (config-linux.md#personality, personality(2)).

import { oneOf, optionalTexts, record, type Output } from './values.ts'

export const PERSONALITY_DOMAINS = ['LINUX', 'LINUX32'] as const

export type PersonalityDomain = (typeof PERSONALITY_DOMAINS)[number]

export const personalitySchema = record({
  domain: oneOf('a personality domain', PERSONALITY_DOMAINS),
  /** The specification defines none, so a rule refuses all. */
  flags: optionalTexts,
})

export type LinuxPersonality = Output<typeof personalitySchema>

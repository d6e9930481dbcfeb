// Outcomes as text for machines: TAP 14 (testanything.org) line by line, and JUnit's XML at the end.

import { printable } from '#src/output.ts'
import { type Paint, plain } from '#src/paint.ts'
import type { Outcome } from './selftest.ts'

/** The head of a TAP report. */
export function tapHead(count: number): string {
  return `TAP version 14\n1..${count}\n`
}

/** One outcome as TAP; `number` counts from 1. */
export function tapLine({ name, verdict, why }: Outcome, number: number, paint: Paint = plain): string {
  const line = `${verdict === 'broken' ? paint('fault', 'not ok') : paint('good', 'ok')} ${number} - ${name}`
  if (verdict === 'skipped') return `${line} ${paint('doubtful', `# SKIP ${printable(why)}`)}\n`
  if (verdict === 'kept') return `${line}\n`
  // JSON is YAML, too, but for the controls that it leaves alone.
  return `${line}\n  ---\n  message: ${paint('bad', printable(JSON.stringify(why)))}\n  ...\n`
}

/** All outcomes as a JUnit file. */
export function junit(outcomes: readonly Outcome[]): string {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((one) => one.verdict === verdict).length
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3)
  const time = seconds(outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0))
  const cases = outcomes.map(({ name, verdict, why, milliseconds }) => {
    const open = `    <testcase classname="bunc.selftest" name="${escaped(name)}" time="${seconds(milliseconds)}"`
    if (verdict === 'kept') return `${open}/>`
    return `${open}><${verdict === 'broken' ? 'failure' : 'skipped'} message="${escaped(why)}"/></testcase>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="bunc selftest" tests="${outcomes.length}" failures="${count('broken')}" skipped="${count('skipped')}" time="${time}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  // XML has no way to write control characters.
  return text.replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '').replaceAll(/[\u0000-\u001f]/g, ' ')
}

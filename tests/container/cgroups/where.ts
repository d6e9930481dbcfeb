// Tests that mean something only where the host has a controller; elsewhere they are skipped, and their names say why.

import { test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'

import { hasController } from '#tests/support/cgroup-files.ts'
import { lacks } from '#tests/support/needs.ts'
import type { RequirementName } from '#tests/support/requirements.ts'

/** Declares a test for root on a host that has all these controllers, and what is named in `needed`. */
export function testWhere(
  controllers: readonly string[],
  name: string,
  body: () => void | Promise<void>,
  needed: readonly RequirementName[] = [],
): void {
  const missing = controllers.filter((controller) => !hasController(controller) && !isLeftOver(controller))
  const lacking = missing.length > 0 ? `needs the controllers ${missing.join(', ')}` : lacks(['root', ...needed])
  if (lacking === undefined) test(name, body)
  else test.skip(`${name} [skipped: ${lacking}]`, body)
}

/** On a host with both versions, whether version 2 has a controller that version 1 has not got. */
function isLeftOver(controller: string): boolean {
  const path = '/sys/fs/cgroup/unified/cgroup.controllers'
  return existsSync(path) && readFileSync(path, 'utf8').trim().split(' ').includes(controller)
}

// As errors.test.ts, of the commands that have systemd make a unit: nothing stays of that either. Runs inside a machine, too,
// started by vm/systemd-docker.test.ts.

import { afterAll } from 'bun:test'

import { needs } from '#tests/support/needs.ts'
import { inject, LIMIT, scenarios, tellInjected } from './injection.ts'

const { test } = needs('root', 'busybox', 'systemd')

for (const command of scenarios(true))
  test(
    `${command}: each system call fails, is explained or does not matter, and no unit is left`,
    () => inject(command),
    LIMIT,
  )

afterAll(tellInjected)

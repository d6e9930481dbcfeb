// Every system call of every command fails, one by one: each time one clear line that says why, and nothing stays that
// `delete --force` cannot take away. By default with one errno for each call, with BUNC_TEST_SOAK=1 with all of them.

import { afterAll } from 'bun:test'

import { needs } from '#tests/support/needs.ts'
import { inject, LIMIT, scenarios, tellInjected } from './injection.ts'

const { test } = needs('root', 'busybox')

for (const command of scenarios(false))
  test(
    `${command}: each system call fails, is explained or does not matter, and nothing is left`,
    () => inject(command),
    LIMIT,
  )

afterAll(tellInjected)

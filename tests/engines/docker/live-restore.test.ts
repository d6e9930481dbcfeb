// A daemon that is restarted finds the containers of bunc again, running as before.
import { expect } from 'bun:test'
import { existsSync } from 'node:fs'

import { IMAGE } from './image.ts'
import { FOREVER } from './side.ts'
import { dockerSuite } from './suite.ts'

dockerSuite(
  'docker live restore',
  (suite) => {
    suite.alone('containers outlive the daemon and obey the next one', async (daemon) => {
      const name = 'survivor'
      const run = ['run', '--detach', '--runtime', 'bunc', '--network', 'none', '--name', name]
      await daemon.ok([...run, IMAGE, 'sh', '-c', FOREVER])
      const { Pid } = (await daemon.inspect(name)).State
      await daemon.down()
      expect(existsSync(`/proc/${Pid}`)).toBe(true)
      await daemon.up()
      expect((await daemon.inspect(name)).State).toMatchObject({ Status: 'running', Pid })
      expect(await daemon.ok(['exec', name, 'echo', 'still here'])).toBe('still here')
      await daemon.ok(['pause', name])
      await daemon.ok(['unpause', name])
      await daemon.ok(['stop', name])
      expect((await daemon.inspect(name)).State).toMatchObject({ Status: 'exited', ExitCode: 0 })
      await daemon.ok(['rm', name])
    })
  },
  { settings: { 'live-restore': true } },
)

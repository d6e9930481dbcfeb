// linux.maskedPaths and linux.readonlyPaths.
import { expect } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'

import { containerTest } from '#tests/support/container-test.ts'

containerTest('a masked file reads as empty', async (box) => {
  const linux = { maskedPaths: ['/etc/passwd'] }
  expect(await box.shell('cat /etc/passwd; echo end', { linux })).toBe('end\n')
})

containerTest('a masked directory is empty and cannot be written', async (box) => {
  const out = await box.shell('ls -A /etc; touch /etc/new 2>&1; true', { linux: { maskedPaths: ['/etc'] } })
  expect(out).toContain('Read-only file system')
  expect(out).not.toContain('passwd')
})

containerTest('several masked directories are each empty', async (box) => {
  mkdirSync(`${box.rootfs}/var/secret`)
  writeFileSync(`${box.rootfs}/var/secret/file`, 'secret')
  const linux = { maskedPaths: ['/var/secret', '/etc', '/proc/acpi', '/sys/firmware'] }
  expect(await box.shell('ls -A /var/secret /etc /sys/firmware | grep -v :; true', { linux })).toBe('\n\n')
})

containerTest('a masked path that is missing is no error', async (box) => {
  expect(await box.shell('echo fine', { linux: { maskedPaths: ['/no/such/path', '/proc/no-such'] } })).toBe('fine\n')
})

containerTest('what is masked cannot be unmasked by the container', async (box) => {
  const script = 'umount /proc/keys 2>/dev/null; umount /etc/passwd 2>/dev/null; cat /etc/passwd; echo end'
  expect(await box.shell(script, { linux: { maskedPaths: ['/etc/passwd', '/proc/keys'] } })).toBe('end\n')
})

containerTest('writing to a masked file changes nothing', async (box) => {
  const linux = { maskedPaths: ['/etc/passwd'] }
  await box.shell('echo evil > /etc/passwd', { linux })
  expect(await Bun.file(`${box.rootfs}/etc/passwd`).text()).toContain('root:x:0:0')
})

containerTest('a mask through a link of the image does not reach the host', async (box) => {
  mkdirSync(box.path('host'))
  writeFileSync(box.path('host', 'file'), 'host')
  symlinkSync(box.path('host'), `${box.rootfs}/link`)
  await box.run({ linux: { maskedPaths: ['/link', '/link/file'] } })
  expect(await Bun.file(box.path('host', 'file')).text()).toBe('host')
})

containerTest('a readonly file can be read and not written', async (box) => {
  const { code, stdout, stderr } = await box.run({
    process: { args: ['sh', '-c', 'head -c 4 /etc/passwd; echo evil > /etc/passwd'] },
    linux: { readonlyPaths: ['/etc/passwd'] },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'root' })
  expect(stderr).toContain('Read-only file system')
})

containerTest('a readonly directory is read-only as a whole', async (box) => {
  const out = await box.shell('cat /etc/group | head -c 4; touch /etc/new 2>&1; true', {
    linux: { readonlyPaths: ['/etc'] },
  })
  expect(out).toStartWith('root')
  expect(out).toContain('Read-only file system')
})

containerTest('a readonly path of proc cannot be written', async (box) => {
  const { stderr } = await box.run({
    process: { args: ['sh', '-c', 'echo x > /proc/sys/kernel/domainname'] },
    linux: { readonlyPaths: ['/proc/sys'] },
  })
  expect(stderr).toContain('Read-only file system')
})

containerTest('a readonly path that is missing is no error', async (box) => {
  expect(await box.shell('echo fine', { linux: { readonlyPaths: ['/no/such/path'] } })).toBe('fine\n')
})

containerTest('masked and readonly paths hold for exec, too', async (box) => {
  await box.running({ linux: { maskedPaths: ['/etc/passwd'], readonlyPaths: ['/etc/group'] } })
  expect(await box.execShell('cat /etc/passwd; echo end')).toBe('end\n')
  expect((await box.exec(['touch', '/etc/group'])).code).toBe(1)
})

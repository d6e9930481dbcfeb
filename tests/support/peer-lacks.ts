// What the peers lack in more than one feature, said once. A lack of one feature stands beside the test that shows it.
import { lacks } from './container-test.ts'

export const crunUnknown = lacks('crun', 'the text for an unknown container is "No such file or directory"')

export const crunNotFound = lacks('crun', 'the text has the name of the program before "not found in $PATH"')

export const crunLeavesCgroup = lacks('crun', 'leaves its cgroup behind when create fails', { from: '1.21' })

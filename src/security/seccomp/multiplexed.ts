// The system calls that older architectures reach through socketcall(2) and ipc(2) as well: the first argument of
// those says which call is meant, its arguments lie in memory, where no filter can look. Numbers of linux/net.h and
// linux/ipc.h.

/** socketcall(2): its calls in the order of their numbers, from 1 on. */
const SOCKET_CALLS =
  'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown ' +
  'setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg'

/** ipc(2): semaphores from 1 on, messages from 11, shared memory from 21. */
const IPC_CALLS = [
  ['semop', 'semget', 'semctl', 'semtimedop'],
  ['msgsnd', 'msgrcv', 'msgget', 'msgctl'],
  ['shmat', 'shmdt', 'shmget', 'shmctl'],
] as const

/** The call that multiplexes another one, and the first argument that asks it to. */
export interface Multiplexed {
  readonly through: 'socketcall' | 'ipc'
  readonly call: number
}

let table: ReadonlyMap<string, Multiplexed> | undefined

/** Gives, by the name of a system call, how to reach it where socketcall(2) or ipc(2) exists. */
export function multiplexed(): ReadonlyMap<string, Multiplexed> {
  return (table ??= read())
}

function read(): ReadonlyMap<string, Multiplexed> {
  const calls = new Map<string, Multiplexed>()
  for (const [i, name] of SOCKET_CALLS.split(' ').entries()) calls.set(name, { through: 'socketcall', call: i + 1 })
  for (const [family, names] of IPC_CALLS.entries()) {
    for (const [i, name] of names.entries()) calls.set(name, { through: 'ipc', call: family * 10 + i + 1 })
  }
  return calls
}

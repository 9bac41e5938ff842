/** Before an agent is started that sets the clock: may it, and would it be alone? */
import { readFileSync } from 'node:fs'
import { readMachine } from '#worlds/host/machine.ts'
import { NEVER_STEER, steeringForbidden } from '#worlds/libc.ts'
import { Complaint } from './complain.ts'

const CAP_SYS_TIME = 25n

export function refuseToFight(besideOthers: boolean): void {
  if (steeringForbidden())
    throw new Complaint(`the environment forbids to set this clock (${NEVER_STEER} is set)`)
  if (!maySetClock())
    throw new Complaint(
      'this process may not set the clock: run it as root, or give it CAP_SYS_TIME (the unit clockwright-discipline.service does)',
    )
  const others = readMachine().timekeepers.filter(({ disciplines }) => disciplines)
  if (others.length === 0 || besideOthers) return
  const names = others.map(({ name, pid }) => (pid > 0 ? `${name} (pid ${pid})` : name)).join(', ')
  throw new Complaint(
    `${names} keeps this clock already, and two would fight over it.\nStop it first (systemctl disable --now …), or watch without --discipline; --beside-others starts all the same.`,
  )
}

/** The effective capabilities of this process, which is the one that becomes the agent. */
function maySetClock(): boolean {
  try {
    const line = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return line !== null && ((BigInt(`0x${line[1]}`) >> CAP_SYS_TIME) & 1n) === 1n
  } catch {
    return process.getuid?.() === 0
  }
}

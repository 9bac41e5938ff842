/**
 * daemon-not-enabled: somebody keeps this clock, and only until the next boot: it was started by hand, and nothing starts it with
 * the machine. Where another is to be started then, or something else has this one started, that is no fault.
 */
import type { Inventory } from '#core/guest/inventory.ts'
import { wordsToEnable } from '../../service-words.ts'
import { evidenceOf, type MachineRule, setsOnce, settingDaemons, settingTools, state } from '../subject.ts'
import { followsHost } from '../wallclock.ts'

export const notEnabled: MachineRule = ({ inventory }) => {
  const running = settingDaemons(inventory).filter(({ runs }) => runs?.value)
  const [daemon] = running
  if (!daemon || running.some(({ enabled }) => enabled?.value !== false)) return []
  if (inventory.container !== undefined || followsHost(inventory) || isKeptThen(inventory)) return []
  return [
    state({
      name: 'daemon-not-enabled',
      severity: 'warning',
      what: `${daemon.name} runs and keeps this clock, and nothing starts it with the machine.`,
      evidence: evidenceOf(daemon.enabled, daemon.runs),
      cost: 'From the next boot on nobody keeps this clock.',
      causes: [
        {
          what: 'it was started by hand, and not enabled',
          why: '`systemctl start` and `service … start` last until the next boot',
        },
      ],
      remedy: {
        text: `Have ${daemon.name} started with the machine.`,
        changes: wordsToEnable(daemon),
        actions: [{ kind: 'start', daemon: daemon.name, unit: daemon.unit?.name }],
      },
      confirm: daemon.unit?.name.endsWith('.service')
        ? `systemctl is-enabled ${daemon.unit.name}`
        : 'It runs after a boot.',
    }),
  ]
}

/** By another daemon, by timemaster, which starts those that it needs itself, or by the tools of the hypervisor. */
const isKeptThen = (inventory: Inventory): boolean =>
  settingTools(inventory, 'periodically').length > 0 ||
  inventory.daemons.some(
    ({ name, commandLine, enabled, runs, setsTime }) =>
      !setsOnce({ name, commandLine }) &&
      (enabled?.value
        ? setsTime?.value !== false || name === 'timemaster'
        : name === 'timemaster' && runs?.value),
  )

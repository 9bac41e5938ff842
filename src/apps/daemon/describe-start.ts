/** What the agent says when it is up. */
import { printable } from '#report/table.ts'
import { version } from '../version.ts'
import type { Daemon } from './daemon.ts'

export function describeStart({
  daemon,
  url,
  history,
}: {
  daemon: Daemon
  url: string
  history: string | undefined
}): string {
  const machine = daemon.machine()
  const where = [machine.hypervisor?.name, machine.clocksource].filter(Boolean).join(', ')
  const name = `${machine.hostname}${where ? ` (${where})` : ''}`
  const lines = [
    daemon.mode === 'watching'
      ? `clockwright ${version} watches the clock of ${name}. It sets nothing.`
      : `clockwright ${version} keeps the clock of ${name}.`,
    '',
    `  page     ${url}`,
    `  metrics  ${url}metrics`,
    `  sources  ${daemon.sourcesFrom}`,
    `  history  ${history ?? 'in memory only'}`,
    ...(daemon.servesAt.length > 0 ? [`  serves   ${daemon.servesAt.join(', ')}`] : []),
    ...daemon.losses.map(({ text }) => `  without  ${text}`),
    '',
    'Ctrl-C stops it. In another terminal: clockwright (status), clockwright watch (live).',
  ]
  return `${lines.map(printable).join('\n')}\n`
}

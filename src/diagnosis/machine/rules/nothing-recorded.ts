/**
 * nothing-recorded, statistics-go-nowhere: a daemon that writes no statistics leaves nothing to judge by later. The lines are those of field report
 * 002 for ntpd; chronyd has one directive. A remark: clockstats stay empty without a reference clock.
 */
import type { ConfigurationFile, TimeDaemon } from '#core/guest/inventory.ts'
import { appendLines } from '../../repair/append.ts'
import { evidenceOf, type MachineRule, settingDaemons, state } from '../subject.ts'

const NTPD_LINES = [
  'statsdir /var/log/ntpstats/',
  'statistics loopstats peerstats clockstats',
  'filegen loopstats file loopstats type day enable',
  'filegen peerstats file peerstats type day enable',
  'filegen clockstats file clockstats type day enable',
]
const CHRONY_LINES = ['log measurements statistics tracking', 'logdir /var/log/chrony']

export const nothingRecorded: MachineRule = ({ inventory }) =>
  settingDaemons(inventory).flatMap(daemon => [...judge(daemon), ...cannotWrite(daemon)])

function cannotWrite({ name, cannotWrite, pid }: TimeDaemon) {
  if (!cannotWrite) return []
  const [place] = cannotWrite.evidence
  const folder = place!.text.split(/\s+/)[1]!
  return [
    state({
      name: 'statistics-go-nowhere',
      severity: 'note',
      what: `${name} is told to write statistics and cannot: ${cannotWrite.value}.`,
      evidence: evidenceOf(cannotWrite),
      cost: 'When the clock was wrong nobody can tell since when and why.',
      causes: [
        { what: 'the folder was made by root, or by nobody', why: 'the daemon runs as a user of its own' },
      ],
      remedy: {
        text: 'Make the folder and give it to the user of the daemon.',
        changes: [`install -d -o $(ps -o user= -p ${pid}) ${folder}`],
      },
      confirm: `ls -ld ${folder}`,
    }),
  ]
}

function judge(daemon: TimeDaemon) {
  const [main] = daemon.configuration
  if (!main || daemon.unreadable.length > 0) return []
  const chrony = daemon.name === 'chronyd'
  if (!chrony && daemon.name !== 'ntpd' && daemon.name !== 'ntpsec') return []
  const wanted = chrony ? /^\s*log\s+\S/im : /^\s*statistics\s+\S/im
  if (daemon.configuration.some(({ text }) => wanted.test(text))) return []
  const lines = (chrony ? CHRONY_LINES : NTPD_LINES).filter(line => !isThere(daemon.configuration, line))
  return [
    state({
      name: 'nothing-recorded',
      severity: 'note',
      what: `${daemon.name} writes no statistics.`,
      evidence: [{ path: main.path, text: `no line "${chrony ? 'log' : 'statistics'} …" in ${main.path}` }],
      cost: 'When the clock was wrong nobody can tell since when and why.',
      causes: [
        {
          what: 'that is the default of many distributions',
          why: 'the lines are there as comments, or not at all',
        },
      ],
      remedy: {
        text: 'Have it write down each measurement and each update; `clockwright analyze` reads them. Some MB a month.',
        changes: lines,
        actions: [appendLines(main.path, 'What happened to the clock, for later.', lines)],
      },
      confirm: chrony
        ? 'ls -l /var/log/chrony'
        : 'ls -l /var/log/ntpstats (which must exist and belong to the daemon)',
    }),
  ]
}

const isThere = (files: readonly ConfigurationFile[], line: string): boolean => {
  const [word] = line.split(' ') as [string]
  return (
    (word === 'statsdir' || word === 'logdir') &&
    files.some(({ text }) => new RegExp(`^\\s*${word}\\s+\\S`, 'im').test(text))
  )
}

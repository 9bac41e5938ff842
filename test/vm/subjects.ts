/**
 * Who keeps the guest's clock. A subject writes its configuration, is one command that stays, and may tell what it
 * believes and when it noticed. The configurations are the distribution's, with our servers in place of its pool.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Guest } from './guest.ts'

export interface Belief {
  /** Positive: the guest's clock is behind. */
  readonly offset: Seconds
  readonly errorBound: Seconds
}

export interface Subject {
  readonly name: string
  readonly about: string
  /** Written into the guest before the start: path → content. */
  readonly files: (servers: readonly string[]) => Readonly<Record<string, string>>
  /** The one command that is the subject. */
  readonly command: string | undefined
  /**
   * How long it takes to be past its start. A daemon that polls each minute may step in its first three updates
   * (`makestep 1 3`): disturbed before them, it looks quicker than it is.
   */
  readonly settles: Seconds
  /** May it be expected to correct the clock? */
  readonly corrects: boolean
  /** What it says of the clock now. */
  readonly belief?: (guest: Guest) => Promise<Belief | undefined>
  /** When it says to have noticed a disruption: the guest's CLOCK_MONOTONIC_RAW, ns. */
  readonly noticed?: (guest: Guest, after: bigint) => Promise<bigint | undefined>
}

const CLOCKWRIGHT_CONFIG = '/etc/clockwright/clockwright.toml'
/** clockwright, as it is built for publication, in a guest. */
export const CLOCKWRIGHT = 'node --disable-warning=ExperimentalWarning /clockwright/dist/clockwright.js'

/** How clockwright is run in a guest: the only place that knows. */
const clockwrightRun = (...options: string[]): string =>
  [CLOCKWRIGHT, 'run', '--config', CLOCKWRIGHT_CONFIG, ...options].join(' ')

const clockwright = (polls: string) => ({
  files: (servers: readonly string[]) => ({
    [CLOCKWRIGHT_CONFIG]: servers.map(address => `[[source]]\naddress = "${address}"\n${polls}\n`).join('\n'),
  }),
  belief: clockwrightBelief,
  noticed: clockwrightNoticed,
})

const chrony = (servers: string, rest: readonly string[]) => (addresses: readonly string[]) => ({
  '/etc/chrony/chrony.conf': [
    ...addresses.map(address => `server ${address} iburst ${servers}`.trim()),
    ...['driftfile /var/lib/chrony/chrony.drift', 'maxupdateskew 100.0', 'rtcsync', ...rest, ''],
  ].join('\n'),
})
const CHRONYD = 'chronyd -d -u root -f /etc/chrony/chrony.conf'

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'clockwright',
    about: 'watches; polls of 4 to 16 s',
    ...clockwright('minpoll = 2\nmaxpoll = 4'),
    command: clockwrightRun(),
    settles: 60,
    corrects: false,
  },
  {
    name: 'clockwright-discipline',
    about: 'keeps the clock; polls of 4 to 16 s',
    ...clockwright('minpoll = 2\nmaxpoll = 4'),
    command: clockwrightRun('--discipline'),
    settles: 60,
    corrects: true,
  },
  {
    name: 'chrony',
    about: 'as Debian ships it: makestep 1 3',
    files: chrony('', ['makestep 1 3']),
    command: CHRONYD,
    settles: 180,
    corrects: true,
  },
  {
    name: 'chrony-tuned',
    about: 'minpoll 2 maxpoll 4, makestep 0.1 -1',
    files: chrony('minpoll 2 maxpoll 4', ['makestep 0.1 -1']),
    command: CHRONYD,
    settles: 60,
    corrects: true,
  },
  {
    name: 'ntpsec',
    about: 'as Debian ships it, with -g',
    files: servers => ({
      '/etc/ntpsec/ntp.conf': [
        'driftfile /var/lib/ntpsec/ntp.drift',
        'tos maxclock 11',
        'tos minclock 4 minsane 3',
        ...servers.map(address => `server ${address} iburst`),
        'restrict default kod nomodify nopeer noquery limited',
        'restrict 127.0.0.1',
        '',
      ].join('\n'),
    }),
    command: 'ntpd -n -N -g -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf',
    settles: 180,
    corrects: true,
  },
  {
    name: 'nobody',
    about: 'the clock is left alone',
    files: () => ({}),
    command: undefined,
    settles: 0,
    corrects: false,
  },
]

/** Starts it, and makes sure that it did not end at once. */
export async function startSubject(
  subject: Subject,
  guest: Guest,
  servers: readonly string[],
): Promise<void> {
  for (const [path, content] of Object.entries(subject.files(servers))) await guest.upload(path, content)
  if (subject.command === undefined) return
  await guest.start('subject', subject.command)
  await guest.run('sleep 2')
  await sureThatItRuns(subject, guest)
}

export async function sureThatItRuns(subject: Subject, guest: Guest): Promise<void> {
  if (subject.command === undefined || (await guest.isRunning('subject'))) return
  const said = (await guest.log('subject')).trim().split('\n').slice(-3).join(' | ')
  throw new Error(`${subject.name} does not run: ${said}`)
}

/** By wget, because a clockwright of its own for the question takes the emulated guest two seconds. */
async function clockwrightBelief(guest: Guest): Promise<Belief | undefined> {
  const { code, stdout } = await guest.exec('wget -qO- http://127.0.0.1:9319/api/status')
  if (code !== 0) return undefined
  const { offset, errorBound } = JSON.parse(stdout).clock
  return offset === null || errorBound === null ? undefined : { offset, errorBound }
}

async function clockwrightNoticed(guest: Guest, after: bigint): Promise<bigint | undefined> {
  const { stdout } = await guest.exec(`${CLOCKWRIGHT} events --json`)
  const counters = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
    .filter(({ kind }) => kind === 'disruption' || kind === 'step')
    .map(({ at }) => BigInt(at.monotonic.replace('.', '')))
    .filter(counter => counter > after)
  return counters.length === 0 ? undefined : counters.reduce((a, b) => (a < b ? a : b))
}

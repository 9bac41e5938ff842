/** Plays a story with a real daemon in clknetsim; its logs are left in the directory `logs` of the one that is given. */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { CHRONYD, NTPD, type Started } from '../../clknetsim/daemons.ts'
import { inSimulator } from '../../clknetsim/simulate.ts'
import type { Story } from './stories.ts'

export type Daemon = 'chrony' | 'ntpd'
/** Those that can be played here. */
export const DAEMONS: readonly Daemon[] = NTPD && existsSync(NTPD) ? ['chrony', 'ntpd'] : ['chrony']

export async function playInto(
  directory: string,
  daemon: Daemon,
  story: Story,
  lane: number,
): Promise<string> {
  const logs = join(directory, 'logs')
  mkdirSync(logs, { recursive: true })
  await inSimulator(directory, {
    stage: story,
    client: clientOf(daemon, story),
    seed: seedOf(story.name),
    lane,
    // A panic is a story, too.
    strict: false,
    keepLogs: true,
  })
  if (daemon === 'chrony')
    renameSync(join(directory, `daemon${story.servers.length + 1}.log`), join(logs, 'chronyd.log'))
  if (readdirSync(logs).length < 3) throw new Error(`${story.name}: ${daemon} wrote no logs`)
  return logs
}

function clientOf(daemon: Daemon, story: Story): Started {
  const [minpoll, maxpoll] = story.polls
  const servers = story.servers.map(
    (_, i) => `server 192.168.123.${i + 1} iburst minpoll ${minpoll} maxpoll ${maxpoll}`,
  )
  const lines =
    daemon === 'chrony'
      ? [
          'user root',
          'pidfile client.pid',
          'cmdport 0',
          'bindcmdaddress /',
          'logdir logs',
          'log measurements statistics tracking',
          ...servers,
          story.makestep,
        ]
      : [
          'pidfile ntpd.pid',
          'logfile logs/ntpd.log',
          'restrict default',
          'logconfig =syncall +clockall +peerall +sysall',
          'statsdir logs/',
          'statistics loopstats peerstats rawstats',
          ...['loopstats', 'peerstats', 'rawstats'].map(
            each => `filegen ${each} file ${each} type none enable`,
          ),
          ...servers,
        ]
  return {
    file: 'client.conf',
    text: `${lines.join('\n')}\n`,
    command:
      daemon === 'chrony'
        ? [CHRONYD, '-d', '-f', 'client.conf']
        : [NTPD ?? 'ntpd', '-n', '-g', '-c', 'client.conf', '-p', 'ntpd.pid'],
    preloaded: true,
  }
}

/** Of the letters of its name: each story has its own noise. */
const seedOf = (name: string): number =>
  [...name].reduce((seed, letter) => (seed * 31 + letter.charCodeAt(0)) % 1_000_003, 7)

/**
 * What distributions ship gives no warning: chrony's and NTPsec's files out of Debian's packages, and the settings of those of
 * ntp 4.2.8p15, systemd-timesyncd and OpenNTPD, as they stand there without their comments.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { About, DaemonName } from '#diagnosis/lint/about.ts'
import { lint } from '#diagnosis/lint/lint.ts'

const packaged = (path: string) => ({
  path: `/${path}`,
  text: readFileSync(fileURLToPath(new URL(`../../../.cache/debian/${path}`, import.meta.url)), 'utf8'),
})

const NTP_CONF = `driftfile /var/lib/ntp/ntp.drift
leapfile /usr/share/zoneinfo/leap-seconds.list
statistics loopstats peerstats clockstats
filegen loopstats file loopstats type day enable
filegen peerstats file peerstats type day enable
filegen clockstats file clockstats type day enable
pool 0.debian.pool.ntp.org iburst
pool 1.debian.pool.ntp.org iburst
pool 2.debian.pool.ntp.org iburst
pool 3.debian.pool.ntp.org iburst
restrict -4 default kod notrap nomodify nopeer noquery limited
restrict -6 default kod notrap nomodify nopeer noquery limited
restrict 127.0.0.1
restrict ::1
restrict source notrap nomodify noquery
`

const DEFAULTS = {
  'chrony 4.3': [
    { ...packaged('usr/share/chrony/chrony.conf'), path: '/etc/chrony/chrony.conf' },
    packaged('etc/default/chrony'),
    packaged('lib/systemd/system/chrony.service'),
  ],
  'ntpsec 1.2.2': [
    packaged('etc/ntpsec/ntp.conf'),
    packaged('etc/default/ntpsec'),
    packaged('lib/systemd/system/ntpsec.service'),
    packaged('etc/cron.d/ntpsec'),
  ],
  'ntp 4.2.8p15': [
    { path: '/etc/ntp.conf', text: NTP_CONF },
    { path: '/etc/default/ntp', text: "NTPD_OPTS='-g'\n" },
    {
      path: '/etc/default/ntpdate',
      text: 'NTPDATE_USE_NTP_CONF=yes\nNTPSERVERS="0.debian.pool.ntp.org"\nNTPOPTIONS=""\n',
    },
  ],
  'systemd-timesyncd 252': [
    {
      path: '/etc/systemd/timesyncd.conf',
      text: '[Time]\n#NTP=\n#FallbackNTP=0.debian.pool.ntp.org 1.debian.pool.ntp.org\n#RootDistanceMaxSec=5\n',
    },
    {
      path: '/lib/systemd/system/systemd-timesyncd.service',
      text: '[Unit]\nConditionCapability=CAP_SYS_TIME\nConditionVirtualization=!container\n\n[Service]\nExecStart=!!/lib/systemd/systemd-timesyncd\n',
    },
  ],
  'openntpd 6.2': [
    {
      path: '/etc/openntpd/ntpd.conf',
      text: [0, 1, 2, 3].map(each => `servers ${each}.debian.pool.ntp.org\n`).join(''),
    },
    { path: '/etc/default/openntpd', text: 'DAEMON_OPTS="-f /etc/openntpd/ntpd.conf"\n' },
  ],
}

const NAMES = { chrony: 'chronyd', ntp: 'ntpd' } as const

/** `ntpsec 1.2.2`, as --daemon would have it. */
function versionOf(what: string): NonNullable<About['daemons']>[number] {
  const [name, version] = what.split(' ') as [string, string]
  return { name: NAMES[name as keyof typeof NAMES] ?? (name as DaemonName), version }
}

describe.each(Object.entries(DEFAULTS))("Debian's files of %s", (what, files) => {
  test.each(files.map(file => [file.path, file] as const))('%s: nothing but notes', (_, file) =>
    expect(lint([file]).filter(({ severity }) => severity !== 'note')).toEqual([]),
  )

  test.each([undefined, versionOf(what)])(
    'nothing but notes together, and none of a word, by %s',
    version => {
      const findings = lint(files, version ? { daemons: [version] } : {})
      expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
      expect(
        findings.map(({ name }) => name).filter(name => /unknown|misspelt|wrong|range|understood/.test(name)),
      ).toEqual([])
    },
  )
})

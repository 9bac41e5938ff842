/** What leaves the machine: every kind of file, with secrets planted in every place that we know people to put them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toJson } from '#apps/cli/print.ts'
import { archiveOf, collect } from '#apps/inventory/collect.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { inventoryText } from '#report/inventory.ts'
import { plain } from '#report/style.ts'
import { takeInventory } from '../inventory.ts'
import { withoutSecrets, withoutSecretsDeep } from './secrets.ts'
import { shareable } from './share.ts'

const MACHINES = join(import.meta.dirname, '../../../../test/vectors/machines')

/** One word, with what stands in passwords. */
const secret = fc.stringMatching(/^[A-Za-z0-9!$%^*+.,?~_-]{6,20}$/).map(text => `Zq${text}`)
/** Anywhere: text, configuration, command lines. */
const anywhere: readonly ((secret: string) => string)[] = [
  word => `password=${word}`,
  word => `DB_PASSWORD="${word}"`,
  word => `iscsi_password=${word} quiet clocksource=tsc`,
  word => `AWS_SECRET_ACCESS_KEY=${word}`,
  word => `api-token: ${word}`,
  word => `"password": "${word}",`,
  word => `--auth-token ${word} -x`,
  word => `--password=${word}`,
  word => `-H "Authorization: Bearer ${word}"`,
  word => `ks=https://admin:${word}@host.example/ks.cfg`,
  word => `url=https://${word}@host.example/`,
  word => `netroot=iscsi:admin:${word}@192.0.2.1::::iqn.a`,
  word => `curl -fsS -u admin:${word} https://host.example/`,
  word => `curl --user 'admin:${word}' https://host.example/`,
  word => `sshpass -p ${word} ssh host.example`,
  word => `mysql -uroot -p${word} db`,
  word => `https://host.example/ping?a=b&key=${word}&c=d`,
  word => `https://host.example/ping?token=${word}`,
  word => `echo ${word} | sudo -S id`,
  word => `https://hc-ping.com/7a4e2f10-1c2d-4e3f-8a9b-0c1d2e3f4a5b/${word}`,
  word => `https://hooks.example.com/services/${word}`,
  word => `login --key ${word}`,
  word => `login -uroot:${word}`,
  word => `inst.rootpw=${word} quiet`,
  word => `bindpw=${word}`,
]
/** Lines of configurations. */
const ofLines: readonly ((secret: string) => string)[] = [
  word => `crypto pw ${word}`,
  word => `1 MD5 ${word}`,
  word => `password_pbkdf2 root ${word}`,
  word => `password --md5 ${word}`,
  word => `secret ${word}`,
  word => `#crypto pw ${word}`,
  word => `#crypto pw ${word} randfile /dev/urandom`,
  word => `# key 1 M ${word}`,
  word => `# requestkey password is ${word}`,
  word => `# old password: ${word} ${word}`,
  word => `# old: commandkey ${word}`,
  word => `#requestkey ${word}`,
  word => `server ntp.example iburst # pw ${word}`,
  word => `!password ${word}`,
  word => `; 10 SHA1 ${word}`,
  word => `-crypto pw ${word}`,
]
/** Of a job only the command that sets the clock is kept, so these need to look like nothing. */
const inJobs: readonly ((secret: string) => string)[] = [
  word => `login ${word} && ntpdate a`,
  word => `ntpdate a; login ${word}`,
  word => `ntpdate a | mail ${word}`,
  word => `ntpdate a # ${word}`,
  word => `HIDDEN=${word} ntpdate a`,
  word => `date -s "$(login ${word})"`,
  word => `sudo -S hwclock -s <<< ${word}`,
  word => `sudo -S ntpdate a%${word}`,
  word => `sh -c 'login ${word}; ntpdate a'`,
]
/** In units whatever is not read is taken out, whatever it looks like. */
const inUnits: readonly ((secret: string) => string)[] = [
  ...anywhere.map(plant => (word: string) => `Environment="${plant(word).replaceAll('"', "'")}"`),
  word => `Environment=HIDDEN=${word}`,
  word => `Environment="A=${word}" OPTIONS=-x 'B=${word}'`,
  word => `ExecStartPost=/usr/bin/curl -H "X-Auth: ${word}" https://host.example`,
  word => `ExecStartPre=/bin/sh -c \\\n  'login ${word}' \\\n  ${word}`,
  word => `SetCredential=a:${word}`,
  word => `# ${word}`,
]

describe('one line', () => {
  test('of a script that sets the clock what stops and starts a daemon for it stays, too', () => {
    const path = '/usr/local/bin/t.sh'
    const text =
      '#!/bin/sh\nexport PW=x\nsystemctl stop chronyd PW --secret=PW\nntpdate a\nservice chronyd start\n'
    expect(
      shareable(path, text, new Set([path]))
        .split('\n')
        .slice(1),
    ).toEqual(['#', 'systemctl stop chronyd', 'ntpdate a', 'service chronyd start', ''])
  })

  test('of a log, and of what was rotated away from it, what bears on time stays, and nothing else', () => {
    const log = [
      'Nov 16 00:00:03 web sshd[9]: Accepted password for root from 192.0.2.7',
      'Nov 16 00:00:11 web systemd-timesyncd[512]: Timed out waiting for reply from 192.0.2.1:123 (a.example).',
      'Nov 16 00:01:11 web systemd-timesyncd[512]: Failed to resolve a.example: Name or service not known',
      'Nov 16 00:02:11 web chronyd[700]: System clock was stepped by 61.000000 seconds',
    ]
    for (const path of [
      '/var/log/syslog',
      '/var/log/syslog.1',
      '/var/log/messages-20261115.gz',
      '/sos_commands/chrony/journalctl_--no-pager_--unit_chronyd',
    ])
      expect(shareable(path, log.join('\n'))).toBe(`${log.slice(1).join('\n')}\n`)
  })

  test('loses its secret and nothing else', () => {
    for (const plant of [...anywhere, ...ofLines])
      fc.assert(
        fc.property(secret, word => {
          expect(withoutSecrets(plant(word))).not.toContain(word)
        }),
      )
    // What looks like a hash within a password hides none of it.
    for (const plant of anywhere) expect(withoutSecrets(plant('Zq,-_$5$abcdefgh'))).not.toContain('Zq,-_')
    expect(withoutSecrets(anywhere[2]!('x'))).toBe('iscsi_password=(removed) quiet clocksource=tsc')
    expect(withoutSecrets(anywhere[6]!('x'))).toBe('--auth-token (removed) -x')
  })
  test.each([
    'server ntp.example key 1 iburst',
    '#server ntp.example key 1 iburst',
    '# Specify the key identifier to use with the ntpdc utility.',
    '#requestkey 8',
    '# Key file containing the keys and key identifiers used when operating',
    '# with symmetric key cryptography.',
    '#commandkey 1',
    '# Generate command key if missing.',
    'includefile /etc/ntp/crypto/pw',
    '; xleave',
    'pool 2.debian.pool.ntp.org iburst',
    'keyfile /etc/chrony/chrony.keys',
    'restrict default kod nomodify notrap nopeer noquery',
    'ro root=UUID=77 clocksource=tsc console=ttyS0,115200n8 systemd.unit=multi-user.target',
    'Nov 21 13:00:00 web1 ntpd[77]: ntpd 4.2.6p5@1.2349-o Tue Jun 23 15:38:19 UTC 2026 (1)',
    'refclock PHC /dev/ptp0 poll 0 refid KVM',
    'Each takes the corrections of the other: logs, tokens, leases are wrong.',
  ])('%s stays', line => expect(withoutSecrets(line)).toBe(line))
  test.each(['ntpd -u ntp:ntp -g', '/usr/sbin/ntpd -p /run/ntpd.pid -u ntp', 'chronyd -u chrony -F 2'])(
    '%s has no secret',
    line => expect(withoutSecrets(line)).toBe(line),
  )
  test('command lines have zero bytes between their words', () => {
    expect(withoutSecrets('ntpd\0--password\0opensesame\0-x')).toBe('ntpd\0--password\0(removed)\0-x')
    expect(withoutSecretsDeep(['ntpd', '--password', 'opensesame', '-x'])).toEqual([
      'ntpd',
      '--password',
      '(removed)',
      '-x',
    ])
  })
  test('a line of shadow, should a configuration include it, and a directive that ends in password', () => {
    const hash = '$6$rounds=5000$saltsalt$HJb7xQ.Zr/0pensesame'
    expect(withoutSecrets(`root:${hash}:19000:0:99999:7:::`)).toBe('root:$6$(removed):19000:0:99999:7:::')
    expect(withoutSecrets('  cmdpassword opensesame')).toBe('  cmdpassword (removed)')
  })
  test('a key in PEM', () => {
    const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIopensesame\nabc=\n-----END RSA PRIVATE KEY-----\n'
    expect(withoutSecrets(pem)).not.toMatch(/opensesame|abc/)
    expect(withoutSecrets(pem).split('\n')).toHaveLength(pem.split('\n').length)
  })
})

describe('of a job', () => {
  test.each(['/etc/crontab', '/etc/cron.d/x', '/var/spool/cron/root', '/etc/systemd/system/x.service'])(
    '%s shows only what sets the clock',
    path => {
      for (const plant of inJobs) {
        if (plant('').includes('%') && path.endsWith('.service')) continue
        const before = path.endsWith('.service') ? '[Service]\nExecStart=-' : '17 * * * * root '
        fc.assert(
          fc.property(secret, word => {
            const shared = shareable(path, `${before}${plant(word)}\n`)
            expect(shared).not.toContain(word)
            // A line of cron ends at a %.
            if (!word.includes('%')) expect(shared).toMatch(/ntpdate|date -s|hwclock -s/)
          }),
        )
      }
    },
  )
  test('the table of anacron, and a script of NetworkManager', () => {
    const table = 'A=x\n1 5 a login x\n1 5 b ntpdate a\n'
    expect(shareable('/etc/anacrontab', table)).toBe('#\n#\n1 5 b ntpdate a\n')
    const script = '/etc/NetworkManager/dispatcher.d/t'
    expect(shareable(script, 'login x\nntpdate a\n')).toBe('#\nntpdate a\n')
  })
  test('a script, too', () =>
    expect(shareable('/etc/cron.hourly/t', '#!/bin/sh\nlogin x; ntpdate a\nlogin y\n')).toBe(
      '#\n(removed); ntpdate a\n#\n',
    ))
  test('the same in what is told of it', () => {
    for (const plant of inJobs) {
      const files = memoryFiles({ 'etc/crontab': `17 * * * * root ${plant('opensesame')}\n` })
      const { jobs } = takeInventory(files)
      expect(jobs).toHaveLength(1)
      expect(toJson(jobs)).not.toContain('opensesame')
    }
  })
})

test('of a process that keeps no clock the arguments go', () => {
  const path = '/proc/77/cmdline'
  expect(shareable(path, 'login\0-x\0opensesame\0')).toBe('login\0(removed)')
  expect(shareable(path, '/usr/sbin/ntpd\0-u\0ntp:ntp\0-g\0')).toBe('/usr/sbin/ntpd\0-u\0ntp:ntp\0-g\0')
  expect(shareable(path, '/usr/sbin/chronyd\0--key\0opensesame')).not.toContain('opensesame')
})

test('what is needed of a unit stays', () => {
  const unit = `[Unit]
ConditionVirtualization=!container
[Service]
Environment="OPTIONS=-F 2" HIDDEN=opensesame
EnvironmentFile=-/etc/default/chrony
ExecStartPre=/bin/login \\
  opensesame
ExecStart=/usr/sbin/chronyd \\
  $OPTIONS
[Install]
WantedBy=multi-user.target
`
  expect(shareable('/lib/systemd/system/chronyd.service', unit)).toBe(`[Unit]
ConditionVirtualization=!container
[Service]
Environment="OPTIONS=-F 2" HIDDEN=(removed)
EnvironmentFile=-/etc/default/chrony
ExecStartPre=(removed) \\
(removed)
ExecStart=/usr/sbin/chronyd \\
  $OPTIONS
[Install]
WantedBy=multi-user.target
`)
  expect(shareable('/etc/systemd/system/backup.service', '[Service]\nExecStart=/bin/b opensesame\n')).toBe(
    '[Service]\nExecStart=(removed)\n',
  )
})

const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    path => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false,
  )

const machines = readdirSync(MACHINES).map(name => {
  const root = join(MACHINES, name, 'root')
  return [
    name,
    Object.fromEntries(filesBelow(root).map(path => [path, readFileSync(join(root, path), 'latin1')])),
  ] as const
})

/** Jobs and options that these machines do not have. */
const MORE: Readonly<Record<string, Member>> = {
  'etc/crontab': '17 * * * * root ntpdate a\n',
  'etc/cron.hourly/x': 'ntpdate a\n',
  'etc/systemd/system/x.timer': '[Timer]\nOnCalendar=hourly\n',
  'etc/systemd/system/x.service': '[Service]\nExecStart=/bin/x\n',
  'etc/systemd/system/timers.target.wants/x.timer': { link: '/etc/systemd/system/x.timer' },
}

test.each(machines)('%s with a secret in every file tells none', (_, files) => {
  fc.assert(
    fc.property(secret, fc.nat(1000), (word, which) => {
      const planted = Object.fromEntries(
        Object.entries({ ...files, ...MORE }).map(([path, member]): [string, Member] => {
          if (typeof member !== 'string') return [path, member]
          // What is one line remains one.
          const oneLine = !member.trimEnd().includes('\n') && !path.startsWith('etc/')
          const unit = /\.(?:service|timer)$|\.service\.d\//.test(path)
          const plants = unit ? inUnits : oneLine ? anywhere : [...anywhere, ...ofLines]
          const line = plants[which % plants.length]!(word)
          return [path, oneLine ? `${member.trimEnd()} ${line}\n` : `${member.trimEnd()}\n${line}\n`]
        }),
      )
      const machine = memoryFiles(planted)
      const archive = archiveOf(collect(machine), 'x').toString('latin1')
      expect(
        archive.includes(word),
        archive.split('\n').find(line => line.includes(word)),
      ).toBe(false)
      const inventory = withoutSecretsDeep(takeInventory(machine))
      expect(toJson(inventory)).not.toContain(word)
      expect(inventoryText(inventory, plain)).not.toContain(word)
    }),
    { numRuns: 8 },
  )
})

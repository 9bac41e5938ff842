/**
 * The time daemons that there are, with the names by which distributions know them: packages, programs, units, scripts, files of
 * options and configurations. From the packages of Debian 4 to 13, RHEL and CentOS 5 to 10, SLES, Arch and Alpine.
 */
import type { Grammar } from './configuration.ts'
import type { ServiceNames } from './units.ts'

export interface KnownDaemon extends ServiceNames {
  readonly name: string
  /** The names under which `core/guest/timekeepers.ts` finds its processes. */
  readonly processes: readonly string[]
  readonly packages: readonly string[]
  /** The first that is there; the command line may name another. */
  readonly configurations: readonly string[]
  readonly grammar: Grammar | 'systemd'
  /** The option of the command line that names the configuration. */
  readonly configOption: string | undefined
}

const sysconfig = (name: string, variable = 'OPTIONS') => ({ path: `/etc/sysconfig/${name}`, variable })
const defaults = (name: string, variable: string) => ({ path: `/etc/default/${name}`, variable })
const confd = (name: string, variable: string) => ({ path: `/etc/conf.d/${name}`, variable })
const inSbin = (...names: string[]): string[] =>
  names.flatMap(name => [`/usr/sbin/${name}`, `/usr/bin/${name}`, `/sbin/${name}`])

const NO_SERVICE = {
  units: [],
  scripts: [],
  options: [],
  configurations: [],
  grammar: 'plain',
  configOption: undefined,
} as const

export const KNOWN_DAEMONS: readonly KnownDaemon[] = [
  {
    name: 'chronyd',
    processes: ['chronyd'],
    packages: ['chrony'],
    programs: inSbin('chronyd'),
    units: ['chronyd.service', 'chrony.service'],
    scripts: ['chronyd', 'chrony'],
    options: [sysconfig('chronyd'), defaults('chrony', 'DAEMON_OPTS'), confd('chronyd', 'ARGS')],
    configurations: ['/etc/chrony/chrony.conf', '/etc/chrony.conf'],
    grammar: 'chrony',
    configOption: '-f',
  },
  {
    name: 'ntpsec',
    processes: ['ntpd'],
    packages: ['ntpsec'],
    programs: inSbin('ntpd'),
    units: ['ntpsec.service', 'ntpd.service'],
    scripts: ['ntpsec'],
    options: [defaults('ntpsec', 'NTPD_OPTS'), sysconfig('ntpd')],
    byDhcp: ['/run/ntpsec/ntp.conf.dhcp'],
    configurations: ['/etc/ntpsec/ntp.conf', '/etc/ntp.conf'],
    grammar: 'ntpd',
    configOption: '-c',
  },
  {
    name: 'ntpd',
    processes: ['ntpd'],
    packages: ['ntp', 'ntpd'],
    programs: inSbin('ntpd'),
    units: ['ntpd.service', 'ntp.service'],
    scripts: ['ntpd', 'ntp'],
    options: [
      sysconfig('ntpd'),
      defaults('ntp', 'NTPD_OPTS'),
      sysconfig('ntp', 'NTPD_OPTIONS'),
      confd('ntpd', 'NTPD_OPTS'),
    ],
    byDhcp: ['/run/ntp.conf.dhcp', '/var/lib/ntp/ntp.conf.dhcp'],
    configurations: ['/etc/ntp.conf', '/etc/ntp/ntp.conf'],
    grammar: 'ntpd',
    configOption: '-c',
  },
  {
    name: 'openntpd',
    processes: ['openntpd', 'ntpd'],
    packages: ['openntpd'],
    programs: ['/usr/sbin/openntpd', ...inSbin('ntpd')],
    units: ['openntpd.service'],
    scripts: ['openntpd'],
    options: [defaults('openntpd', 'DAEMON_OPTS')],
    configurations: ['/etc/openntpd/ntpd.conf', '/etc/ntpd.conf'],
    grammar: 'plain',
    configOption: '-f',
  },
  {
    name: 'systemd-timesyncd',
    processes: ['systemd-timesyncd'],
    packages: ['systemd-timesyncd'],
    programs: ['/usr/lib/systemd/systemd-timesyncd', '/lib/systemd/systemd-timesyncd'],
    units: ['systemd-timesyncd.service'],
    scripts: [],
    options: [],
    configurations: ['timesyncd.conf'],
    grammar: 'systemd',
    configOption: undefined,
  },
  {
    name: 'ntpd-rs',
    processes: ['ntpd-rs'],
    packages: ['ntpd-rs'],
    programs: ['/usr/bin/ntp-daemon', '/usr/sbin/ntp-daemon'],
    units: ['ntpd-rs.service'],
    scripts: [],
    options: [],
    configurations: ['/etc/ntpd-rs/ntp.toml'],
    grammar: 'plain',
    configOption: '--config',
  },
  {
    name: 'ptp4l',
    processes: ['ptp4l'],
    packages: ['linuxptp'],
    programs: inSbin('ptp4l'),
    units: ['ptp4l.service', 'ptp4l@.service'],
    scripts: ['ptp4l'],
    options: [sysconfig('ptp4l')],
    configurations: ['/etc/linuxptp/ptp4l.conf', '/etc/ptp4l.conf'],
    grammar: 'plain',
    configOption: '-f',
  },
  {
    name: 'phc2sys',
    processes: ['phc2sys'],
    packages: ['linuxptp'],
    programs: inSbin('phc2sys'),
    units: ['phc2sys.service', 'phc2sys@.service'],
    scripts: ['phc2sys'],
    options: [sysconfig('phc2sys')],
    configurations: [],
    grammar: 'plain',
    configOption: '-f',
  },
  {
    name: 'timemaster',
    processes: ['timemaster'],
    packages: ['linuxptp'],
    programs: inSbin('timemaster'),
    units: ['timemaster.service'],
    scripts: [],
    options: [],
    configurations: ['/etc/linuxptp/timemaster.conf', '/etc/timemaster.conf'],
    grammar: 'plain',
    configOption: '-f',
  },
  {
    ...NO_SERVICE,
    name: 'ntpdate',
    processes: [],
    packages: ['ntpdate', 'ntpsec-ntpdate'],
    programs: inSbin('ntpdate'),
    units: ['ntpdate.service'],
    scripts: ['ntpdate'],
    options: [sysconfig('ntpdate')],
  },
  {
    // A link to busybox; it has no configuration but its options.
    ...NO_SERVICE,
    name: 'busybox-ntpd',
    processes: ['busybox ntpd'],
    packages: [],
    programs: inSbin('ntpd'),
    scripts: ['ntpd', 'busybox-ntpd', 'sysntpd'],
    options: [confd('ntpd', 'NTPD_OPTS')],
  },
  {
    ...NO_SERVICE,
    name: 'ptpd',
    processes: ['ptpd'],
    packages: ['ptpd', 'ptpd2'],
    programs: inSbin('ptpd', 'ptpd2'),
  },
  {
    ...NO_SERVICE,
    name: 'sfptpd',
    processes: ['sfptpd'],
    packages: ['sfptpd'],
    programs: inSbin('sfptpd'),
    configurations: ['/etc/sfptpd.conf'],
    configOption: '-f',
  },
  {
    ...NO_SERVICE,
    name: 'htpdate',
    processes: ['htpdate'],
    packages: ['htpdate'],
    programs: inSbin('htpdate'),
    units: ['htpdate.service'],
    scripts: ['htpdate'],
    options: [defaults('htpdate', 'HTP_OPTIONS')],
  },
]

/**
 * Which servers to ask when clockwright's own configuration names none: those that this machine asks already.
 * First the time daemon that is configured (the one that runs, if several are), then what DHCP offered, then the
 * server of the cloud that the machine says to be in, then timesyncd's FallbackNTP=, and at last the public pool.
 * The first of these that yields a source that can be used is taken, alone: mixing them would be a guess.
 */
import { SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import { parseChronyConf, parseChronySources } from '#dialects/chrony/sources.ts'
import { parseDhclientLeases, parseKeyedLease } from '#dialects/dhcp/leases.ts'
import { firstOfEachName } from '#dialects/find-files.ts'
import { type NamedSources, plainSource } from '#dialects/named-source.ts'
import { ignoresDhcp } from '#dialects/ntpd/debian.ts'
import { parseNtpConf } from '#dialects/ntpd/sources.ts'
import {
  combineServers,
  parseTimesyncdConf,
  type ServerList,
  type TimesyncdConf,
} from '#dialects/timesyncd/sources.ts'
import { printable } from '#report/table.ts'
import { filesUnder, type MachineFiles } from './sources-files.ts'
import { type Located, usableSources } from './sources-usable.ts'

export interface FoundSources {
  readonly sources: SourceConfig[]
  /** Where they come from, for people. */
  readonly origin: string
  /** Nobody on this machine named them. */
  readonly assumed: boolean
  /** Those that are named and left out because they are this machine itself. */
  readonly itself: readonly string[]
  /** What was left out, and why. */
  readonly notes: string[]
}

/** The names of the processes of each daemon; the kernel keeps only 15 characters of a name. */
const PROCESSES = {
  chrony: ['chronyd'],
  ntp: ['ntpd'],
  timesyncd: ['systemd-timesyncd', 'systemd-timesyn'],
}

const CHRONY_FILES = ['/etc/chrony/chrony.conf', '/etc/chrony.conf']
const NTP_FILES = ['/etc/ntpsec/ntp.conf', '/etc/ntp.conf', '/etc/ntp/ntp.conf']
/** What Debian's hook for DHCP makes of the first of these, and ntpd is then started with (ntp-systemd-wrapper). */
const NTP_BY_DHCP = '/run/ntpsec/ntp.conf.dhcp'
const NTP_STARTED_WITH = '/etc/default/ntpsec'
/** Of equal names, the one in the directory that comes first here counts (systemd.syntax(7)). */
const SYSTEMD = ['/etc/systemd', '/run/systemd', '/usr/local/lib/systemd', '/usr/lib/systemd']

const MOST_LEVELS = 10 // of includes, as chronyd
const MOST_REMARKS = 10 // per file
const MOST_NOTES = 100
const MOST_INCLUDES = 256 // per file
const LONGEST_QUOTE = 100

/** Whoever of these runs answers on this machine, with the very clock that is asked about. */
const SERVERS = ['chronyd', 'ntpd', 'openntpd', 'busybox ntpd', 'ntpd-rs', 'timemaster']

type Daemon = keyof typeof PROCESSES

export interface Choice {
  /**
   * Ask what answers on the loopback, too, where that is somebody else's clock: timesyncd serves nobody, so what it is told to ask
   * there is the end of a tunnel, say. An agent that serves time itself would follow itself.
   */
  readonly loopback?: boolean
}

/** One place to look at. Of the lists that it finds, the first with a source that can be used is taken. */
interface Step {
  readonly find: () => Located[][]
  readonly say: (places: readonly Located[]) => string
  /** The daemon that is configured there, and its main file. */
  readonly daemon?: Daemon
  readonly file?: string
}

interface Search {
  readonly files: MachineFiles
  readonly note: (text: string) => void
}

/** `running`: names of processes, to tell which of several configured daemons counts. */
export function findSources(
  root = '/',
  running: readonly string[] = [],
  { loopback = false }: Choice = {},
): FoundSources {
  const notes: string[] = []
  const note = (text: string) => {
    if (notes.length < MOST_NOTES) notes.push(printable(text))
    else if (notes.length === MOST_NOTES) notes.push('… and more, which are left out here')
  }
  const search: Search = { files: filesUnder(root, note), note }
  const steps = stepsOf(search, running)
  const itself: string[] = []
  const served = SERVERS.some(name => running.includes(name))
  for (const [index, { find, say, daemon }] of steps.entries()) {
    for (const named of find()) {
      const others = loopback && daemon === 'timesyncd' && !served
      const { sources, places, own } = usableSources(named, note, others)
      itself.push(...own)
      if (sources.length === 0) continue
      sayPassedOver(search, steps, index)
      return { sources, origin: say(places), assumed: false, itself, notes }
    }
  }
  return {
    sources: [{ ...SOURCE_DEFAULTS, name: 'pool.ntp.org', address: 'pool.ntp.org', pool: true }],
    assumed: true,
    itself,
    origin: 'the public pool.ntp.org, because nothing on this machine names a time server that can be used',
    notes,
  }
}

function stepsOf(search: Search, running: readonly string[]): Step[] {
  const takenOver = (places: readonly Located[]) => `taken over from ${sayPlaces(places)}`
  const daemon = (daemon: Daemon, parse: Parser) => (file: string) => ({
    daemon,
    file,
    say: takenOver,
    find: () => [gather(search, file, parse, [])],
  })
  let read: TimesyncdConf[] | undefined
  const timesyncd = (list: ServerList) => {
    read ??= readTimesyncd(search)
    return [combineServers(read, list)]
  }
  const configured = [
    ...CHRONY_FILES.map(daemon('chrony', parseChronyConf)),
    ...ntpFiles(search).map(file => ({
      daemon: 'ntp' as const,
      file,
      say: takenOver,
      find: () => [readNtp(search, file)],
    })),
    { daemon: 'timesyncd' as const, say: takenOver, find: () => timesyncd('NTP') },
  ]
  const runs = (step: { daemon: Daemon }) => PROCESSES[step.daemon].some(name => running.includes(name))
  return [
    ...configured.filter(runs),
    ...configured.filter(step => !runs(step)),
    { find: () => readLeases(search), say: places => `offered by DHCP: ${sayPlaces(places)}` },
    {
      find: () => [cloudServer(search)],
      say: ([place]) => `the time server of ${cloudOf(place!)}, which ${place!.file} names`,
    },
    { find: () => timesyncd('FallbackNTP'), say: places => `FallbackNTP= in ${sayPlaces(places)}` },
  ]
}

const ntpFiles = ({ files }: Search): string[] => {
  if (!files.exists(NTP_BY_DHCP) || ignoresDhcp(files.read(NTP_STARTED_WITH) ?? '')) return NTP_FILES
  return [NTP_BY_DHCP, ...NTP_FILES]
}

/** NTPsec reads the files of ntp.d beside its configuration too, after it, and even when that itself is not there. */
function readNtp(search: Search, file: string): Located[] {
  const directory = `${file.slice(0, file.lastIndexOf('/'))}/ntp.d`
  return [file, ...firstOfEachName(search.files, [directory], '.conf')].flatMap(path =>
    gather(search, path, parseNtpConf, []),
  )
}

/** Daemons that are configured too, and come later: not read, for their servers may be of another time. */
function sayPassedOver({ files, note }: Search, steps: readonly Step[], taken: number): void {
  const { daemon } = steps[taken]!
  if (daemon === undefined) return
  for (const step of steps.slice(taken + 1)) {
    if (step.file !== undefined && step.daemon !== daemon && files.exists(step.file))
      note(
        `${step.file} is there too and was not used: the sources of one daemon are taken, here those of ${daemon}`,
      )
  }
}

type Parser = (text: string, file: string) => NamedSources

/** The servers of a file and of all that it includes, in the order of the lines. */
function gather(search: Search, file: string, parse: Parser, above: readonly string[]): Located[] {
  if (above.includes(file)) {
    search.note(`${file} includes itself, by way of ${above.at(-1)}; it was read once`)
    return []
  }
  if (above.length > MOST_LEVELS) {
    search.note(`${file} was not read: more than ${MOST_LEVELS} files include each other`)
    return []
  }
  const text = search.files.read(file)
  if (text === undefined) return []
  const parsed = parse(text, file)
  sayRemarks(search, parsed)
  if (parsed.includes.length > MOST_INCLUDES)
    search.note(
      `${file}: only the first ${MOST_INCLUDES} of ${parsed.includes.length} includes were followed`,
    )
  const included = parsed.includes.slice(0, MOST_INCLUDES).map(include => {
    const inner = include.suffix === '.sources' ? parseChronySources : parse
    const paths =
      include.kind === 'directories'
        ? firstOfEachName(search.files, include.paths, include.suffix)
        : include.paths.flatMap(search.files.expand)
    return {
      line: include.line,
      found: paths.flatMap(path => gather(search, path, inner, [...above, file])),
    }
  })
  const own = parsed.sources.map(source => ({ line: source.line, found: [{ file, source }] }))
  return [...own, ...included].sort((a, b) => a.line - b.line).flatMap(({ found }) => found)
}

/** The main file and its drop-ins, in the order in which systemd reads them. */
function readTimesyncd(search: Search): TimesyncdConf[] {
  const read: TimesyncdConf[] = []
  const add = (path: string): boolean => {
    const text = search.files.read(path)
    if (text === undefined) return false
    const parsed = parseTimesyncdConf(text, path)
    sayRemarks(search, parsed)
    read.push(parsed)
    return true
  }
  SYSTEMD.some(directory => add(`${directory}/timesyncd.conf`))
  const dropIns = SYSTEMD.map(directory => `${directory}/timesyncd.conf.d`)
  for (const path of firstOfEachName(search.files, dropIns, '.conf')) add(path)
  return read
}

/** What lies in /run is of this boot; leases on disk may be of a client that is no longer used, so they come later. */
function readLeases(search: Search): Located[][] {
  const { expand } = search.files
  const from = (parse: Parser, ...patterns: string[]): Located[] =>
    patterns.flatMap(expand).flatMap(path => gather(search, path, parse, []))
  return [
    [
      ...from(parseKeyedLease, '/run/systemd/netif/leases/*'),
      ...from(parseChronySources, '/run/chrony-dhcp/*.sources'),
    ],
    from(parseKeyedLease, '/var/lib/NetworkManager/internal-*.lease'),
    [
      ...from(parseDhclientLeases, '/var/lib/NetworkManager/dhclient-*.lease'),
      ...from(parseDhclientLeases, '/var/lib/dhcp/dhclient*.lease*', '/var/lib/dhclient/dhclient*.lease*'),
    ],
  ]
}

/**
 * Only where the maker of the machine, as DMI tells it, runs a time server that its documentation names:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-ec2-ntp.html (IPv4 169.254.169.123), and
 * https://cloud.google.com/compute/docs/instances/configure-ntp (Google's internal NTP service), whose name
 * metadata.google.internal is what Google's own image tests demand (GoogleCloudPlatform/compute-image-tools#521), and
 * https://www.alibabacloud.com/help/en/ecs/user-guide/alibaba-cloud-ntp-server (the first of its servers for VPCs); the
 * name of the product is the one by which cloud-init knows that cloud (DataSourceAliYun.py).
 */
const CLOUDS = [
  { field: 'sys_vendor', says: 'Amazon EC2', server: '169.254.169.123' },
  { field: 'bios_vendor', says: 'Amazon EC2', server: '169.254.169.123' },
  { field: 'product_name', says: 'Google Compute Engine', server: 'metadata.google.internal' },
  { field: 'product_name', says: 'Alibaba Cloud ECS', server: 'ntp.cloud.aliyuncs.com' },
]

const cloudOf = ({ source }: Located): string | undefined =>
  CLOUDS.find(({ server }) => server === source.address)?.says

function cloudServer({ files }: Search): Located[] {
  for (const { field, says, server } of CLOUDS) {
    const file = `/sys/class/dmi/id/${field}`
    if (files.read(file)?.trim() === says) return [{ file, source: plainSource(server, 1) }]
  }
  return []
}

function sayRemarks({ note }: Search, { file, notUsable, notUnderstood }: NamedSources): void {
  const remarks = [
    ...notUsable.map(each => ({ ...each, verdict: 'is left out' })),
    ...notUnderstood.map(each => ({ ...each, verdict: 'was not understood' })),
  ].sort((a, b) => a.line - b.line)
  for (const { line, text, verdict, why } of remarks.slice(0, MOST_REMARKS))
    note(`${file}, line ${line}: \`${quote(text)}\` ${verdict}: ${quote(why)}`)
  if (remarks.length > MOST_REMARKS)
    note(`${file}: ${remarks.length - MOST_REMARKS} further lines were left out or not understood`)
}

const quote = (text: string): string =>
  text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text

/** "/etc/chrony.conf, lines 3 and 5, and /etc/chrony.d/a.conf, line 1" */
function sayPlaces(places: readonly Located[]): string {
  const lines = new Map<string, Set<number>>()
  for (const { file, source } of places) lines.set(file, (lines.get(file) ?? new Set()).add(source.line))
  const said = [...lines].map(([file, set]) => {
    const numbers = [...set].map(String)
    return `${printable(file)}, ${numbers.length === 1 ? 'line' : 'lines'} ${inWords(numbers, '')}`
  })
  return inWords(said, ',')
}

const inWords = (items: readonly string[], comma: string): string =>
  items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')}${comma} and ${items.at(-1)}`

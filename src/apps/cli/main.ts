/**
 * The command line. This file only says what commands there are; what a command needs is loaded when it runs, so that
 * `--help` is quick and the agent's memory holds nothing that it does not use.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { parseDuration, parseSigned } from '#core/time/parse-duration.ts'
import { canBe, KNOBS } from '#lab/sweep/knobs.ts'
import { printable } from '#report/table.ts'
import { parseSize } from '../quantity.ts'
import { version } from '../version.ts'
import { USAGE } from './exit.ts'

const program = new Command('clockwright')
  .description('How wrong is the clock of this machine, since when, why, and how to put it right.')
  .version(version, '-V, --version')
  .showSuggestionAfterError()
  .showHelpAfterError('(add --help for usage and examples)')
  .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(harmless(text)) })
  .addHelpText(
    'after',
    `
Without a command: the status of this machine's clock, at a glance.

Examples:
  clockwright                          how wrong is this clock?
  clockwright run                      watch it, with a page on http://127.0.0.1:9319/
  clockwright query pool.ntp.org       ask servers once
  clockwright drift 192.0.2.1          how fast does it drift?
  clockwright analyze /var/log/chrony  what do a daemon's logs tell?
  clockwright cpus                     do its CPUs agree on the time?
  clockwright lint /etc/chrony         what is wrong with a configuration?
  clockwright check                    what is wrong with the set-up of this machine?
  clockwright repair                   and what would put it right?
  clockwright lab forecast --pause 4s  how long would a pause leave it wrong?

Only "clockwright run --discipline" and "clockwright repair --apply" ever set the clock.`,
  )

const json = () =>
  new Option('--json', 'print JSON for programs: seconds as numbers, instants as decimal strings')
const config = () =>
  new Option('-f, --config <file>', 'configuration file (default: /etc/clockwright/clockwright.toml)')

program
  .command('status')
  .description('how wrong this clock is, who says so, and what machine this is')
  .addOption(json())
  .addOption(config())
  .option('--max-error <duration>', 'exit 1 when the clock may be wrong by more than this', duration)
  .addHelpText(
    'after',
    `
Asks the agent that runs on this machine (clockwright run), or measures once when none does.
Exit code: 0 the sources agree (and the clock is within --max-error), 1 they do not, 2 nothing is known, 3 bad usage.

Examples:
  clockwright
  clockwright status --max-error 10ms || echo "do not trust the time here"
  clockwright status --json | jq .clock.offset`,
  )
  .action(async options => (await import('./commands/clock/index.ts')).status(options))

program
  .command('run')
  .description('the agent: watch this clock or keep it, with history, page and /metrics on loopback')
  .addOption(config())
  .option('--discipline', 'keep the clock: slew it, and step it as [discipline] in the configuration allows')
  .option('--beside-others', 'discipline although another program keeps this clock, too')
  .option('-p, --port <port>', 'port of the page (default: 9319, the next free one when taken)', port)
  .option('--history <file>', 'where the history is kept')
  .option('--journal <file>', 'write every event there, to be replayed later')
  .addHelpText(
    'after',
    `
Without --discipline it touches nothing: the clock is steered in software only, and what it would need is shown.
With it the agent needs CAP_SYS_TIME, and refuses to start beside another program that keeps the clock.
Without [[source]] in the configuration the sources are taken over from the machine's chrony, ntpd, timesyncd or DHCP.
SIGHUP reads the configuration again; SIGTERM and Ctrl-C stop cleanly.
Exit code: 0 it was stopped, 1 it could not go on, 3 it cannot start so.

Examples:
  clockwright run
  clockwright run --config ./clockwright.toml --port 9400
  sudo clockwright run --discipline`,
  )
  .action(async options => (await import('./commands/run.ts')).run(options))

program
  .command('wait')
  .description('block until the clock is good enough: a gate for services that need the right time')
  .requiredOption('--bound <duration>', 'the clock must be right to within this', aboveZero)
  .option('--timeout <duration>', 'give up after this long (exit code 2)', duration)
  .addOption(json())
  .addHelpText(
    'after',
    `
Asks the agent that runs on this machine. Exit code: 0 the clock is good, 2 it was not within --timeout.

Examples:
  clockwright wait --bound 50ms
  clockwright wait --bound 1ms --timeout 30s && start-the-service`,
  )
  .action(async options => (await import('./commands/clock/index.ts')).wait(options))

const rootOf = () =>
  new Option('--root <dir>', 'of a copy: a mounted disk, a chroot, an unpacked sosreport or collection')

program
  .command('check')
  .description('what is wrong, or will go wrong, with the time of this machine, and what to do about it')
  .addOption(rootOf())
  .addOption(config())
  .option('--pause <duration>', 'forecast what a pause of this length would do', pauseLength, 4.3)
  .option('--offline', 'ask no server')
  .option('--monitoring', 'one line with performance data, for a monitoring system')
  .addOption(json())
  .addHelpText(
    'after',
    `
Looks at files and at the running machine, asks its servers once, and plays a pause in the lab. Changes nothing.
Exit code: 0 nothing is wrong, 1 a warning, 2 something critical, 3 it could not be looked at.

Examples:
  clockwright check
  clockwright check --root /mnt/disk        of a machine that is off
  clockwright check --root ./sosreport-web1 of a machine that is far away
  clockwright check --monitoring            for Nagios, Icinga, Checkmk …
  clockwright repair                        what would be done about it`,
  )
  .action(async options => (await import('./commands/repair/index.ts')).check(options))

const state = () =>
  new Option('--state <dir>', 'where repairs are kept (default: var/lib/clockwright/repairs below the root)')

const repair = program
  .command('repair')
  .description(
    'put right what check found: a plan first; with --apply it is done, verified, and can be undone',
  )
  .addOption(rootOf())
  .addOption(config())
  .option('--only <findings>', 'these findings only, separated by commas; notes are repaired only so', names)
  .option('--except <findings>', 'all but these', names)
  .option('--offline', 'ask no server')
  .option('--apply', 'do it, after asking')
  .option('--yes', 'do not ask')
  .option('--plan <id>', 'do it without asking if the plan is still the one with this id')
  .addOption(state())
  .addOption(json())
  .addHelpText(
    'after',
    `
Each step says why, what it changes, what may go wrong, how it is verified and how it is undone. With --apply each is
written into a journal before it is taken; when one does not hold, all are taken back. Ctrl-C takes them back, too.
With --root only files are changed; what has to be done on the running machine is listed.
Exit code: 0 nothing is to be done or all was done, 1 there is a plan, 2 it was rolled back, 3 it could not be.

Examples:
  clockwright repair                          the plan, and nothing else
  clockwright repair --apply                  asks, and does it
  clockwright repair --apply --plan 3f2a91c0  does exactly that plan
  clockwright repair --only nothing-recorded  have the daemon write statistics
  clockwright repair undo                     as if it had never been`,
  )
  .action(async options => (await import('./commands/repair/index.ts')).repair(options))

repair
  .command('undo')
  .description('take a repair back, to the byte: the last one, or the one with this number')
  .argument('[number]', 'as `repair list` says', count)
  .option('--force', 'also what somebody else, or a later repair, changed since')
  .addHelpText(
    'after',
    `
Works for a repair that was killed, too. --root and --state are those of the repair, and stand before undo.

Examples:
  clockwright repair undo
  clockwright repair --root /mnt/disk undo 2`,
  )
  .action(async (number, options) =>
    (await import('./commands/repair/index.ts')).undo(number, { ...repair.opts(), ...options }),
  )

repair
  .command('list')
  .description('the repairs that can be undone')
  .addHelpText('after', '\nExamples:\n  clockwright repair list\n  clockwright repair --json list')
  .action(async () => (await import('./commands/repair/index.ts')).list(repair.opts()))

program
  .command('allow-step')
  .description('let the agent step the clock once, after it stopped to ask')
  .addHelpText(
    'after',
    `
For an agent that runs with --discipline and holds: after a disruption with afterdisruption = "ask", or because a
correction was larger than the limit for it. Needs the rights of the agent's user.
Exit code: 0 the agent was told, 3 there is none that keeps the clock, or it may not be told.

Examples:
  clockwright status            says what it holds for
  sudo clockwright allow-step`,
  )
  .action(async () => (await import('./commands/clock/index.ts')).allowStep())

program
  .command('host-event')
  .description('tell the running agent what was done to this machine')
  .addArgument(
    new Argument(
      '<what>',
      'it stood still and runs again, is on another host, or came from a snapshot',
    ).choices(['resumed', 'migrated', 'restored']),
  )
  .option('--lost <duration>', 'for how long it stood still (with resumed)', duration)
  .option('--uncertainty <duration>', 'by how much that can be wrong', duration, 1)
  .option('--within <duration>', 'it happened within so long before now', duration, 60)
  .addHelpText(
    'after',
    `
For hooks of libvirt, of a cloud, or of a guest agent. The agent widens its bound at once, asks its sources, and corrects
the clock as its policy says. Needs the rights of the agent's user.
Exit code: 0 the agent took it, 3 there is none, or it may not be told.

Examples:
  sudo clockwright host-event resumed --lost 30s --within 5s
  sudo clockwright host-event migrated
  virsh qemu-agent-command GUEST '{"execute":"guest-exec","arguments":{"path":"/usr/bin/clockwright","arg":["host-event","migrated"]}}'`,
  )
  .action(async (what, options) => (await import('./commands/clock/index.ts')).hostEvent(what, options))

program
  .command('watch')
  .description('a live view in the terminal')
  .addOption(config())
  .option('--interval <duration>', 'how often it is drawn, 0.2 s to an hour', watchInterval, 1)
  .addOption(new Option('--json', 'one JSON object per interval and line, instead of a picture'))
  .addHelpText(
    'after',
    `
Shows the running agent, or measures by itself when none runs. Keys: q quits, p pauses, + and - change the scale.

Examples:
  clockwright watch
  clockwright watch --json | jq -c .clock.offset`,
  )
  .action(async options => (await import('./commands/clock/index.ts')).watch(options))

program
  .command('query')
  .description('ask servers once: offset, delay, and which of them agree')
  .argument('<server...>', 'HOST, HOST:PORT, ADDRESS, [IPV6]:PORT')
  .addOption(json())
  .option('-n, --samples <n>', 'how often each server is asked, 2 s apart: 2 to 4', samples, 4)
  .option('-t, --timeout <duration>', 'how long to wait in all', duration)
  .option('-w, --warning <duration>', 'exit 1 when the clock may be off by more than this', duration)
  .option('-c, --critical <duration>', 'exit 2 when the clock may be off by more than this', duration)
  .addHelpText(
    'after',
    `
Positive offsets mean that the clock of this machine is behind. True time lies within offset ± bound as long as the
majority of the servers is right.
Exit code: 0 ok, 1 warning, 2 critical, 3 unknown (no answer, no majority) or bad usage.

Examples:
  clockwright query pool.ntp.org
  clockwright query 192.0.2.1 192.0.2.2:1123 '[2001:db8::1]:123' --json
  clockwright query ntp.example -w 10ms -c 50ms`,
  )
  .action(async (servers, options) => (await import('./commands/clock/index.ts')).query(servers, options))

program
  .command('drift')
  .description('measure, sleep, repeat: how fast this clock drifts against a server')
  .argument('<server>', 'HOST, HOST:PORT, ADDRESS, [IPV6]:PORT')
  .addOption(json())
  .option('-i, --interval <duration>', 'time between measurements, 3 s to 7 days', driftInterval, 60)
  .option('-n, --count <n>', 'stop after so many measurements (default: until Ctrl-C)', count)
  .addHelpText(
    'after',
    `
The loop "ntpd -q; sleep 60" without touching the clock. Ctrl-C ends it and prints the result so far.
Exit code: 0 a drift was found, 1 it was not (fewer than two answers), 3 bad usage.

Examples:
  clockwright drift 192.0.2.1
  clockwright drift pool.ntp.org --interval 5m --count 12 --json`,
  )
  .action(async (server, options) => (await import('./commands/clock/index.ts')).drift(server, options))

program
  .command('events')
  .description('what happened to this clock: steps, disruptions, sources, from the history')
  .addOption(json())
  .option('--since <duration>', 'how far back', duration, 86_400)
  .option('-n, --count <n>', 'the newest so many', count, 100)
  .option('--samples', 'every measurement and estimate too')
  .option('--history <file>', 'the history to read (default: that of the running agent)')
  .addHelpText(
    'after',
    `
Reads the history without disturbing the agent that writes it. With --json one record a line.
Exit code: 0 there were some, 1 there were none, 3 the history cannot be read.

Examples:
  clockwright events --since 2h
  clockwright events --samples --json | jq -c 'select(.kind == "sample") | [.at.wall, .source, .offset]'`,
  )
  .action(async options => (await import('./commands/clock/index.ts')).events(options))

program
  .command('analyze')
  .description(
    'what happened to a clock, when, how bad, why, and what to do: from the logs of ntpd or chronyd',
  )
  .argument('<path...>', 'log files, folders, archives (tar, gz, xz, zst); a folder a host for several')
  .addOption(json())
  .option('--versus <path>', 'logs from after a change: is the clock better, by how much, and how surely?')
  .option(
    '--follow',
    'say it again whenever the logs have changed, until Ctrl-C; with --json an object a line',
  )
  .option('--census', 'only count who spoke: for each source how often, since when, and in how many hours')
  .addOption(
    new Option('--limit <size>', 'how much one packed file may unpack to')
      .argParser(size)
      .default(4e9, '4GB'),
  )
  .option('--html <file>', 'write a report: one file that needs no network, with plots in which one can move')
  .option('--svg <file>', 'write a picture of the offset')
  .option('--png <file>', 'the same in pixels')
  .addOption(
    new Option(
      '--plot <what>',
      'what the picture shows instead: how steady the clock was, by averaging time',
    ).choices(['offset', 'deviations']),
  )
  .option('--gnuplot <file>', 'write the plots as a script for gnuplot, with the data in it')
  .addHelpText(
    'after',
    `
What a file is, is told by its content. Days are put in order; what is not understood is counted and shown with its line.
Exit code: 0 the clock was good, 1 a warning, 2 critical, 3 no log was found or bad usage.

Examples:
  clockwright analyze /var/log/ntpstats
  clockwright analyze /var/log/chrony --json | jq '.hosts[].findings[] | {name, from, to}'
  clockwright analyze before/ --versus after/
  clockwright analyze --follow /var/log/chrony
  clockwright analyze --census /var/log/ntpstats
  clockwright analyze sosreport-*.tar.xz --html report.html`,
  )
  .action(async (paths, options) => (await import('./commands/analyze.ts')).analyze(paths, options))

program
  .command('cpus')
  .description('do the CPUs of this machine agree on the time? Compares their clocks, and changes nothing')
  .addOption(json())
  .option('--monitoring', 'one line with performance data, for monitoring systems')
  .option('--time <duration>', 'how long to look, 100ms to 10m; longer bounds rates better', cpusTime, 1)
  .addOption(
    new Option('--clock <clock>', 'the clock that is compared')
      .choices(['realtime', 'monotonic', 'raw', 'tsc'])
      .default('realtime'),
  )
  .addHelpText(
    'after',
    `
A positive offset means that the CPU is behind those that agree. The bound holds whatever else runs on the machine.
Only CPUs on which this process may run are compared.
Exit code: 0 they agree, 1 warning, 2 critical, 3 not all could be compared, or bad usage.

Examples:
  clockwright cpus
  clockwright cpus --time 10s --json | jq '.cpus[] | [.cpu, .offset, .bound]'
  clockwright cpus --monitoring`,
  )
  .action(async options => (await import('./commands/machine/index.ts')).cpus(options))

program
  .command('with-cpus')
  .description('run a command only on CPUs whose clocks agree, or on those that are named')
  .argument('<which>', 'good, or a list: 0,2-5')
  .argument('<command...>', 'the command and its arguments, after --')
  .option('--time <duration>', 'how long to look which CPUs are good', cpusTime, 1)
  .option('-v, --verbose', 'say on standard error which CPUs these are')
  .addHelpText(
    'after',
    `
Nothing but the command, and what it starts, is kept to these CPUs. Its exit code is ours; 127: there is no such command,
126: it may not be executed, 3: the CPUs cannot be told or used, or bad usage.

Examples:
  clockwright with-cpus good -- filtergen safereload
  clockwright with-cpus 0,2-5 -- make -j5`,
  )
  .action(async (which, command, options) =>
    (await import('./commands/machine/index.ts')).withCpus(which, command, options),
  )

program
  .command('lint')
  .description('what is wrong with the configuration of a clock: daemons, kernel, boot loader, hypervisor')
  .argument('[path...]', 'files, or folders that are searched for files about time')
  .addOption(json())
  .option('--here', 'judge for this machine; without paths its own files')
  .option(
    '-d, --daemon <daemon>',
    'who reads them, with version (ntpd-4.2.6p5, chronyd-4.3), again for each; none when nobody does',
    several,
  )
  .addOption(
    new Option('--hypervisor <name>', 'below which hypervisor the machine runs').choices([
      'none',
      'kvm',
      'vmware',
      'hyperv',
      'xen-pv',
      'xen-hvm',
      'virtualbox',
      'bhyve',
      'parallels',
      'firecracker',
      'unknown',
    ]),
  )
  .option('--kernel <release>', 'the release of its kernel, as uname -r prints it')
  .option('--architecture <name>', 'as uname -m prints it')
  .option('--controlled', 'a test bed: few sources are meant')
  .addHelpText(
    'after',
    `
Files that are given together are those of one machine. What kind a file is, is told by its name and its content: ntp.conf,
chrony.conf, timesyncd.conf, ntpd.conf (OpenNTPD), ntp.toml, /etc/sysconfig and /etc/default, sysctl, GRUB, units of systemd,
crontabs, adjtime, .vmx, tools.conf, libvirt domains. Nothing is changed.
Exit code: 0 nothing, or notes, 1 warnings, 2 something critical, 3 it cannot be read or is nothing that is known here.

Examples:
  clockwright lint /etc/chrony/chrony.conf
  clockwright lint --daemon ntpd-4.2.6p5 --hypervisor kvm /etc/ntp.conf /etc/sysconfig/ntpd
  clockwright lint --hypervisor xen-pv --kernel 2.6.18-53.el5xen /etc/sysctl.conf /boot/grub/grub.conf
  clockwright lint --here
  clockwright lint --json copy/etc | jq '.findings[] | {name, file, line}'`,
  )
  .action(async (paths, options) => (await import('./commands/machine/index.ts')).lint(paths, options))

program
  .command('facts')
  .description('what bears on the clock of this machine, or of a copy of one, and where each fact was read')
  .option('--root <path>', 'a copy instead: a mounted disk, a sosreport, a collected copy; folder or archive')
  .addOption(json())
  .addHelpText(
    'after',
    `
Hypervisor, kernel and boot loader, clocksource, RTC, PTP devices, guest tools, time daemons with their command lines and
configurations. Files are read and nothing else: no program is asked, nothing is written.
Exit code: 0, or 3 when there is no such copy.

Examples:
  clockwright facts
  clockwright facts --root /mnt/disk
  clockwright facts --root sosreport-web1.tar.xz --json | jq '.daemons[] | {name, version: .version.value}'`,
  )
  .action(async options => (await import('./commands/machine/index.ts')).facts(options))

program
  .command('collect')
  .description(
    'write a copy of what bears on this clock, without secrets, for somebody who has no access here',
  )
  .option('-o, --output <file>', 'where to write it; - for a pipe (default: clockwright-HOST.tar.gz)')
  .option('--list', 'only say what would be in it')
  .option('--root <path>', 'copy from a copy instead: a mounted disk, a sosreport; folder or archive')
  .addHelpText(
    'after',
    `
The archive holds exactly the files that "clockwright facts" reads. Keys and passwords are never in it; names of hosts
and servers are. Of logs and lists of packages only the lines about time are taken. Works without root with what may be read.
Exit code: 0, or 3 when it cannot be written. A file that is there already is not overwritten.

Examples:
  clockwright collect --list
  sudo clockwright collect -o web1.tar.gz
  ssh web1 clockwright collect -o - > web1.tar.gz && clockwright facts --root web1.tar.gz`,
  )
  .action(async options => (await import('./commands/machine/index.ts')).collect(options))

const configuration = program
  .command('config')
  .description('look at the configuration')
  .addHelpText(
    'after',
    `
Examples:
  clockwright config check
  clockwright config show --config ./clockwright.toml > full.toml`,
  )
configuration
  .command('check')
  .description('is the configuration right? Names line, key and the nearest valid key')
  .addOption(json())
  .addOption(config())
  .action(async options => (await import('./commands/clock/index.ts')).check(options))
configuration
  .command('show')
  .description('the configuration as it is in effect, with sources taken over and defaults filled in')
  .addOption(json())
  .addOption(config())
  .action(async options => (await import('./commands/clock/index.ts')).show(options))

const lab = program
  .command('lab')
  .description('try a configuration against a migration before production does')
  .addHelpText(
    'after',
    `
Real ntpd and chronyd are played by models that read their configuration files; nothing here touches a clock or a network.

Examples:
  clockwright lab list
  clockwright lab run pause-30s
  clockwright lab compare pause-30s --with /etc/ntp.conf --with clockwright
  clockwright lab forecast --pause 4.3s`,
  )
const seeds = (usual: number) =>
  new Option('-s, --seeds <n>', 'how often each is played, each time with other chance')
    .argParser(seedCount)
    .default(usual)
const servers = () =>
  new Option('--servers <n>', 'how many servers there are, in a story whose servers are all alike').argParser(
    serverCount,
  )
const svg = () => new Option('--svg <file>', 'write the picture there, as SVG')
const html = () => new Option('--html <file>', 'write a report there, as one HTML file to send')
lab
  .command('run')
  .description('play a scenario: who keeps the clock how well')
  .argument('<scenario>', 'a file, or the name of one that is installed')
  .option('-p, --player <player>', 'whom to play instead, again for each (see lab compare --help)', several)
  .addOption(seeds(10))
  .addOption(servers())
  .addOption(json())
  .addOption(svg())
  .addOption(html())
  .addHelpText(
    'after',
    `
Times count from the disruption until the clock stays that good; of several, and of what else happens after it, the longest, each up
to the next one. Figures are medians over the seeds, and in parentheses what lies between the best and the worst tenth.

Examples:
  clockwright lab run pause-30s
  clockwright lab run ./my-story.toml --player chrony-debian --player clockwright --seeds 40
  clockwright lab run esxi-testbed --html report.html`,
  )
  .action(async (file, options) => (await import('./commands/lab/index.ts')).run(file, options))
lab
  .command('compare')
  .description('play a scenario with these, side by side')
  .argument('<scenario>', 'a file, or the name of one that is installed')
  .requiredOption('-w, --with <player>', 'whom to play, again for each', several)
  .addOption(seeds(10))
  .addOption(servers())
  .addOption(json())
  .addOption(svg())
  .addOption(html())
  .addHelpText(
    'after',
    `
A player is the name of a known one (clockwright lab list), or a configuration: [DAEMON[,OPTION...]:]FILE. Without a daemon the
content says whose file it is: of ntpd, chronyd, systemd-timesyncd, OpenNTPD or ntpd-rs. Servers that it names stand for those of the
scenario, one by one. An option may hold colons, and commas with a backslash before each. What a file includes is read with it: from
DIR where it is DIR/etc/chrony/chrony.conf, a copy of a machine.

Examples:
  clockwright lab compare pause-4s --with /etc/ntp.conf --with chrony-debian --with clockwright
  clockwright lab compare pause-4s --with ntpd-4.2.6p5,-g,-x:ntp.conf --with ntpd-4.2.8p15:ntp.conf
  clockwright lab compare pause-1200s --with chrony:chrony.conf --with clockwright:clockwright.toml`,
  )
  .action(async (file, options) => (await import('./commands/lab/index.ts')).compare(file, options))
lab
  .command('forecast')
  .description('if this guest is paused, how long will its clock be wrong, and what would help?')
  .addOption(
    new Option('-p, --pause <duration>', 'how long the pause is')
      .argParser(pauseLength)
      .makeOptionMandatory(),
  )
  .option(
    '-f, --config <file>',
    'its configuration, with what that includes (default: that of the daemon that runs here)',
  )
  .option('--daemon <daemon>', 'chrony, ntpd-4.2.8p15, ntpsec-1.2.2 … (default: the one that runs here)')
  .option('--options <options>', 'the command line of ntpd, as in "-g -x"')
  .addOption(
    new Option('--uptime <duration>', 'how long it has run before the pause')
      .argParser(foreseeable)
      .default(21_600, '6h'),
  )
  .addOption(
    new Option('--network <network>', 'where its servers are (default: as their names tell)').choices([
      'lan',
      'internet',
    ]),
  )
  .addOption(
    new Option(
      '-s, --seeds <n>',
      'how often each is played, each time with other chance (default: 24, 8 where that is weeks long)',
    ).argParser(seedCount),
  )
  .addOption(json())
  .addHelpText(
    'after',
    `
Plays the configuration, and candidate changes of it, through a pause that comes at any phase of the polls and that nothing on the
guest's own clocks shows. With --json: {"model", "runs", "timeTo10ms": {"median", "p10", "p90", "never"}, "exits", "worst",
"changes": […]}.

Examples:
  clockwright lab forecast --pause 4.3s
  clockwright lab forecast --config /etc/ntp.conf --daemon ntpd-4.2.8 --options "-g -x" --pause 4.3
  clockwright lab forecast --daemon chrony --pause 30s --network internet --json`,
  )
  .action(async options => (await import('./commands/lab/index.ts')).forecast(options))
lab
  .command('sweep')
  .description('play a scenario over ranges of values: a table that is a heat map')
  .argument('<scenario>', 'a file, or the name of one that is installed')
  .requiredOption('-o, --over <axis>', 'what is varied, as in pause=0.1..1200; again for each', several)
  .addOption(seeds(5))
  .addOption(servers())
  .addOption(
    new Option('-m, --measure <measure>', 'what the table shows')
      .choices(['to-10ms', 'to-1ms', 'worst', 'overshoot', 'rms', 'steps', 'packets', 'exits'])
      .default('to-10ms'),
  )
  .option('--results <file>', 'where runs are kept as they come (default: SCENARIO.sweep.jsonl here)')
  .option('--fresh', 'begin anew, whatever that file holds')
  .addOption(json())
  .addOption(svg())
  .addHelpText(
    'after',
    `
An axis is NAME=VALUE,VALUE… or NAME=FROM..TO[:COUNT]. Wide ranges are divided by factors. Names are player (or config)
for whom to play, written as in lab compare, and
${Object.entries(KNOBS)
  .map(([name, { about }]) => `  ${name.padEnd(16)}${about}`)
  .join('\n')}
All cores are used. Interrupted or killed, the same command goes on where it stopped.

Examples:
  clockwright lab sweep pause-30s --over pause=0.1..1200
  clockwright lab sweep pause-4s --over pause=0.1..1200:12 --over config=a.conf,b.conf --svg heat.svg
  clockwright lab sweep pause-30s --over jitter=20us,1ms,5ms --over pause=0.3,30 --over player=chrony-debian,clockwright`,
  )
  .action(async (file, options) => (await import('./commands/lab/index.ts')).sweep(file, options))
lab
  .command('replay')
  .description('what was recorded, again, with other settings: what would have happened')
  .argument(
    '<recording...>',
    'a journal of the agent (clockwright run --journal FILE), or logs of ntpd or chronyd',
  )
  .option('-w, --with <player>', 'whom to play, again for each (see lab compare --help)', several)
  .option('--host <name>', 'whose logs, when they are of several hosts (told apart as analyze does)')
  .addOption(seeds(5))
  .option('--write <file>', 'write the story there, as a scenario')
  .addOption(json())
  .addOption(svg())
  .addOption(html())
  .addHelpText(
    'after',
    `
The recording says what the oscillator, the paths and the hypervisor did, as far as samples show it. Of that a story is made, and
whoever you name is played in it. Of logs, rawstats or measurements.log are needed, loopstats or tracking.log tell the frequency;
a folder has them all.

Examples:
  clockwright lab replay agent.journal
  clockwright lab replay agent.journal --with /etc/ntp.conf --with clockwright:tighter.toml
  clockwright lab replay agent.journal --write night.toml
  clockwright lab replay /var/log/ntpstats --with chrony-debian --with clockwright`,
  )
  .action(async (recording, options) => (await import('./commands/lab/index.ts')).replay(recording, options))
lab
  .command('list')
  .description('the scenarios and players that are installed')
  .addOption(json())
  .action(async options => (await import('./commands/lab/index.ts')).list(options))

function several(each: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), each]
}

function duration(text: string): number {
  const seconds = parseDuration(text)
  if (seconds === undefined && parseSigned(text) !== undefined)
    throw new InvalidArgumentError('a length has no sign.')
  if (seconds === undefined)
    throw new InvalidArgumentError('write it with a unit: 500us, 10ms, 1.5s, 5m, 2h10m.')
  return seconds
}

function aboveZero(text: string): number {
  const seconds = duration(text)
  if (seconds <= 0) throw new InvalidArgumentError('write one of more than zero: 10ms, 1.5s, 5m.')
  return seconds
}

/** What a forecast plays second by second. */
function foreseeable(text: string): number {
  const seconds = duration(text)
  if (seconds > 31 * 86_400) throw new InvalidArgumentError('31 days at most.')
  return seconds
}

function pauseLength(text: string): number {
  foreseeable(text)
  return aboveZero(text)
}

function size(text: string): number {
  const bytes = parseSize(text)
  if (bytes === undefined) throw new InvalidArgumentError('write it with a unit: 500MB, 4GB.')
  return bytes
}

function watchInterval(text: string): number {
  const seconds = duration(text)
  if (seconds < 0.2 || seconds > 3600) throw new InvalidArgumentError('from 200ms to 1h.')
  return seconds
}

function port(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError('a port is 0 to 65535.')
  return number
}

function cpusTime(text: string): number {
  const seconds = duration(text)
  if (seconds < 0.1 || seconds > 600) throw new InvalidArgumentError('from 100ms to 10m.')
  return seconds
}

/** A measurement alone takes two seconds. */
function driftInterval(text: string): number {
  const seconds = duration(text)
  if (seconds < 3 || seconds > 7 * 86_400) throw new InvalidArgumentError('from 3s to 7d.')
  return seconds
}

/** One answer bounds no rate; more than four at this pace would be rude. */
function samples(text: string): number {
  const number = Number(text)
  if (![2, 3, 4].includes(number)) throw new InvalidArgumentError('2, 3 or 4.')
  return number
}

function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on.')
  return number
}

function serverCount(text: string): number {
  const number = Number(text)
  const { least, most } = KNOBS.servers!
  if (!canBe(KNOBS.servers!, number))
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}.`)
  return number
}

/** More tell no more, and each run is kept until all are played. */
const MOST_SEEDS = 10_000

function seedCount(text: string): number {
  const number = count(text)
  if (number > MOST_SEEDS) throw new InvalidArgumentError(`${MOST_SEEDS} at most.`)
  return number
}

/** Names of findings, between commas. */
function names(text: string): string[] {
  return text.split(',').map(name => name.trim())
}

// A reader that goes away (head, say) is no error of ours.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit()
  console.error(`clockwright: the output cannot be written: ${error.message}`)
  process.exit(USAGE)
})

/** What the person typed comes back in messages; it must not move the cursor. */
const harmless = (text: string): string => text.split('\n').map(printable).join('\n')

/** Without a command it is `status`, also when options follow. */
function words(given: readonly string[]): string[] {
  const [first] = given
  const own =
    first !== undefined && (!first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first))
  return own ? [...given] : ['status', ...given]
}

try {
  await program.parseAsync(words(process.argv.slice(2)), { from: 'user' })
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
  else await (await import('./complain.ts')).complain(error)
}

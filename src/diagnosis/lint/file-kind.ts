/**
 * What kind of configuration a file is: by its name where the name says it, else by what stands in it. A copy may be called
 * anything, so content decides for names that say nothing.
 */
import { CHRONY_GRAMMAR } from '#dialects/chrony/grammar.ts'
import { checkWords, isDirective } from '#dialects/grammar.ts'
import { linesOf, wordsOf } from '#dialects/named-source.ts'
import { NTPD_GRAMMAR } from '#dialects/ntpd/grammar.ts'
import { OPENNTPD_GRAMMAR } from '#dialects/openntpd/grammar.ts'
import type { DaemonName } from './about.ts'
import type { KeysIn } from './key-numbers.ts'
import type { PresenceOf } from './presence.ts'

export interface LintFile {
  readonly path: string
  readonly text: string
  /** Where somebody knows it who has seen who reads this one. */
  readonly kind?: FileKind
  /** With its kind: the file that its daemon begins with, whatever its name. */
  readonly main?: boolean
  /** Where it is known that a daemon is started with what these lines say, whatever they are called. */
  readonly options?: { readonly daemon: DaemonName; readonly lines: readonly number[] }
  /** Is there what it names? */
  readonly presence?: PresenceOf
  /** Which keys does a file hold that it names? */
  readonly keysIn?: KeysIn
}

export type FileKind =
  | 'ntp.conf'
  | 'chrony.conf'
  | 'chrony sources'
  | 'timesyncd.conf'
  | 'OpenNTPD ntpd.conf'
  | 'ntp.toml'
  | 'environment'
  | 'sysctl'
  | 'GRUB legacy menu'
  | 'GRUB 2 menu'
  | 'GRUB defaults'
  | 'GRUB environment'
  | 'loader entry'
  | 'kernel command line'
  | 'vmx'
  | 'tools.conf'
  | 'libvirt domain'
  | 'unit'
  | 'adjtime'
  | 'crontab'
  /** A process as it was started; its line stands where it was seen. */
  | 'process'

/** Names that leave no doubt; the first that fits. */
const BY_NAME: readonly (readonly [RegExp, FileKind])[] = [
  [/(?:^|\/)default\/grub(?:\.d\/[^/]*)?$/, 'GRUB defaults'],
  [/(?:^|\/)loader\/entries\/[^/]*\.conf$/, 'loader entry'],
  [/(?:^|\/)(?:menu\.lst|grub\.conf)$/, 'GRUB legacy menu'],
  [/(?:^|\/)grub\.cfg$/, 'GRUB 2 menu'],
  [/(?:^|\/)grubenv$/, 'GRUB environment'],
  [/(?:^|\/)(?:proc|kernel)\/cmdline$/, 'kernel command line'],
  [
    /(?:^|\/)(?:sysconfig|default|conf\.d)\/(?:ntpd?|ntpsec|chronyd?|openntpd|ntpdate|ntpsec-ntpdate|clock|hwclock|rcS)$/,
    'environment',
  ],
  [/(?:^|\/)sysctl\.conf$|(?:^|\/)sysctl\.d\/[^/]*\.conf$/, 'sysctl'],
  [/(?:^|\/)timesyncd\.conf$|(?:^|\/)timesyncd\.conf\.d\/[^/]*\.conf$/, 'timesyncd.conf'],
  [/\.(?:service|timer)$|\.service\.d\/[^/]*\.conf$/, 'unit'],
  [/(?:^|\/)adjtime$/, 'adjtime'],
  [
    /(?:^|\/)crontab$|(?:^|\/)cron\.d\/[^/]*$|(?:^|\/)crontabs\/[^/]*$|\/spool\/cron\/(?:tabs\/)?[^/]*$/,
    'crontab',
  ],
  [/\.vmx$|(?:^|\/)vmware\/config$/, 'vmx'],
  [/(?:^|\/)tools\.conf$/, 'tools.conf'],
  [/(?:^|\/)ntp\.toml$/, 'ntp.toml'],
  [/(?:^|\/)chrony(?:\/sources\.d|-dhcp)\/[^/]*\.sources$|\.sources$/, 'chrony sources'],
  // What lies in another program's folder is for that one: tmpfiles.d/chrony.conf says who owns which folder, init/chrony.conf is upstart's.
  [
    /(?:^|(?<!\.d|(?:^|\/)init)\/)chrony\.conf$|(?:^|\/)chrony(?:\.conf|\/conf)?\.d\/[^/]*\.conf$/,
    'chrony.conf',
  ],
  [/(?:^|(?<!\.d|(?:^|\/)init)\/)ntp\.conf$|(?:^|\/)ntp(?:\.conf)?\.d\/[^/]*\.conf$/, 'ntp.conf'],
]

/** More lines are not needed to tell. */
const ENOUGH = 2000

export function kindOf({ path, text, kind }: LintFile): FileKind | undefined {
  if (kind !== undefined) return kind
  return BY_NAME.find(([name]) => name.test(path))?.[1] ?? byContent(path, text)
}

function byContent(path: string, text: string): FileKind | undefined {
  const head = linesOf(text).slice(0, ENOUGH)
  const has = (line: RegExp) => head.some(each => line.test(each))
  if (has(/^\s*<domain[\s>]/) || (has(/^\s*<\?xml/) && has(/^\s*<clock[\s>]/))) return 'libvirt domain'
  if (has(/^\s*\[\[source\]\]/) || has(/^\s*\[synchronization\]/)) return 'ntp.toml'
  if (has(/^\s*\[Time\]/)) return 'timesyncd.conf'
  if (has(/^\s*\[(?:Unit|Service)\]/)) return 'unit'
  if (has(/^\s*\[timeSync\]/i)) return 'tools.conf'
  if (has(/^\s*(?:\.encoding|virtualHW\.version|guestOS|tools\.syncTime|time\.synchronize\.\S+)\s*=/i))
    return 'vmx'
  if (has(/^\s*menuentry\s/)) return 'GRUB 2 menu'
  if (has(/^\s*title\s/) && has(/^\s*kernel\s/)) return 'GRUB legacy menu'
  if (has(/^\s*GRUB_CMDLINE_/)) return 'GRUB defaults'
  if (has(/^\s*-?[a-z]+[./][\w./]*independent_wallclock\s*=/)) return 'sysctl'
  if (has(/^\s*(?:OPTIONS|NTPD_OPT(?:ION)?S|DAEMON_OPTS|NTPDATE_USE_NTP_CONF)=/)) return 'environment'
  if (head.length >= 3 && /^-?\d+\.\d+ \d+ /.test(head[0]!) && /^(?:UTC|LOCAL)$/.test(head[2]!))
    return 'adjtime'
  return lineByLine(path, head)
}

/** Lines that a configuration of the kind has, and other files hardly. */
const TELLING: Readonly<Record<'ntp.conf' | 'chrony.conf' | 'OpenNTPD ntpd.conf', RegExp>> = {
  'ntp.conf':
    /^(?:server|pool|peer|refclock|broadcastclient|multicastclient|restrict|driftfile|fudge|tinker|tos|filegen|statistics|statsdir)$/,
  'chrony.conf':
    /^(?:server|pool|peer|refclock|driftfile|makestep|rtcsync|local|leapsectz|maxupdateskew|maxdistance|initstepslew)$/i,
  'OpenNTPD ntpd.conf': /^(?:servers|sensor|constraints?|listen|query)$/,
}

/** Other programs have servers, too: such a line tells of a daemon when all of it is that daemon's. */
const COMMON = /^(?:server|pool|peer|local)$/i

/** One directive a line: whose words are these? */
function lineByLine(path: string, lines: readonly string[]): FileKind | undefined {
  // Blocks are of other programs: lvmlocal.conf begins one with `local`, nginx with `server`.
  if (lines.some(line => /^[^#]*[^#{]\{\s*$/.test(line))) return undefined
  const said = lines
    .map(line => wordsOf(line.replace(/#.*$/, '')))
    .filter(words => words.length > 0 && !/^[!;%]/.test(words[0]!))
  const kinds = [
    { kind: 'ntp.conf' as const, grammar: NTPD_GRAMMAR, hint: /^(?!.*\/chrony\/).*ntp[^/]*$/i },
    { kind: 'chrony.conf' as const, grammar: CHRONY_GRAMMAR, hint: /chrony/i },
    { kind: 'OpenNTPD ntpd.conf' as const, grammar: OPENNTPD_GRAMMAR, hint: /(?:openntpd|ntpd\.conf)/ },
  ].map(each => {
    const known = said
      .filter(words => isDirective(each.grammar, words[0]!))
      .map(words => ({ words, mistakes: checkWords(each.grammar, words).map(({ kind }) => kind) }))
    return {
      ...each,
      known: known.length,
      right: known.filter(({ mistakes }) => mistakes.length === 0).length,
      telling: known.some(
        ({ words, mistakes }) =>
          TELLING[each.kind].test(words[0]!) &&
          !mistakes.some(
            kind => kind === 'wrong-value' || kind === 'missing-value' || COMMON.test(words[0]!),
          ),
      ),
    }
  })
  const [best] = kinds
    .filter(({ known, telling }) => telling && 2 * known >= said.length)
    .sort(
      (a, b) =>
        b.known - a.known || b.right - a.right || Number(b.hint.test(path)) - Number(a.hint.test(path)),
    )
  if (best) return best.kind
  return /(?:^|\/)ntpd\.conf$/.test(path) ? 'OpenNTPD ntpd.conf' : undefined
}

/**
 * wrong-values: `restrict` of ntp.conf with an address of which classic ntpd can make none. It says so once, in its log, and goes on
 * without the line (config_access in ntp_config.c): what was let in is not, and what was shut out is let in.
 */
import { ipv4Number, isIpv6, maskOfLength, networkWithoutStars } from '#dialects/ip-address.ts'
import { type Restriction, readRestriction, unusableWord } from '#dialects/ntpd/restrict.ts'
import { isTemplate } from '#dialects/template.ts'
import type { Finding } from '../../finding.ts'
import { found, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf } from '../subject.ts'
import { versionOf } from './answers-dropped.ts'
import { MOST_IN_A_FILE } from './words.ts'

export const unusableRestrictions = (subject: LintSubject): Finding[] =>
  subject.ntp.flatMap(({ file, read }) =>
    read.commands
      .filter(({ name, text }) => name === 'restrict' && !isTemplate(text))
      .flatMap(command => {
        const restriction = readRestriction(command)
        const word = unusableWord(restriction, versionOf(subject))
        return word === undefined ? [] : [unusable(subject, file, restriction, word)]
      })
      .slice(0, MOST_IN_A_FILE),
  )

function unusable(subject: LintSubject, file: number, restriction: Restriction, word: string): Finding {
  const { line } = restriction
  const text = lineOf(subject, file, line)
  const meant = withMask(restriction)
  const corrected = meant === undefined ? text : replaceWord(text, restriction.target, meant)
  return found({
    name: 'wrong-values',
    severity: 'warning',
    what: `\`${word}\` is no address${meant === undefined ? '' : ' for ntpd: it takes a network with its mask, and only NTPsec with a length'}.`,
    evidence: [evidenceAt(subject, file, line)],
    cost: 'ntpd says in its log that it cannot be used, and goes on without this line: others decide what it was about.',
    remedy: {
      daemon: 'ntpd',
      text: meant === undefined ? 'Give an address, or a network with its mask.' : `Write \`${meant}\`.`,
      changes: corrected === text ? [] : [corrected.trim()],
      edits: corrected === text ? [] : [{ file, line, kind: 'replace', text: corrected }],
    },
    confirm: 'The log of ntpd after a restart: "restrict: ignoring line"; `ntpq -c reslist` lacks it.',
  })
}

/** The address and the mask for which a network is written here; a mask that stands there already stays. */
function withMask({ target, mask }: Restriction): string | undefined {
  const [net = '', length = ''] = (networkWithoutStars(target) ?? target).split('/')
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : undefined
  const most = ipv4Number(net) !== undefined ? 32 : isIpv6(net) ? 128 : -1
  if (bits === undefined || bits > most) return undefined
  if (mask !== undefined) return net
  return `${net} mask ${most === 32 ? maskOfLength(bits) : ipv6Mask(bits)}`
}

function ipv6Mask(length: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => {
    const ones = Math.min(16, Math.max(0, length - 16 * i))
    return 0x10000 - 2 ** (16 - ones)
  })
  const set = groups.filter(group => group > 0).map(group => group.toString(16))
  return set.length === 8 ? set.join(':') : `${set.join(':')}::`
}

/**
 * What of a file may leave the machine: the file itself without what is secret in it, and of long ones only the lines that the
 * inventory looks at. Host names and addresses stay, because without them nobody could tell who asks whom.
 */
import { linesOf } from '#dialects/named-source.ts'
import { isBanner } from './banner.ts'
import { isOfClocks } from './messages.ts'
import { DPKG_STATUS, OF_TIME } from './packages.ts'
import { isOfSteps } from './steps.ts'

const REMOVED = '(removed)'

/** Files that hold nothing but secrets: never read into a copy, whoever includes them. */
const SECRET_FILES =
  /(?:^|\/)(?:g?shadow-?|chrony\.keys|ntp\.keys|keys|krb5\.keytab|ssh_host_\w+_key|id_(?:rsa|dsa|ecdsa|ed25519))$|\.(?:key|pem|p12|keytab)$|\/etc\/(?:ntp\/crypto|ssl\/private|sudoers)/

export const isSecret = (path: string): boolean => SECRET_FILES.test(path)

/** Lines stay where they are, unless only some of them are kept. */
export function shareable(path: string, text: string): string {
  if (path === DPKG_STATUS) return keepPackages(text)
  if (path === '/proc/1/environ')
    return text
      .split('\0')
      .filter(each => /^container=/.test(each))
      .join('\0')
  if (/^\/(?:proc\/config\.gz|boot\/config-)/.test(path))
    return keepLines(text, line => /CONFIG_(?:NO_)?HZ/.test(line))
  if (/(?:installed-rpms|rpmpkgs|installed-debs|dpkg_-l)$/.test(path))
    return keepLines(text, line => [...OF_TIME].some(name => new RegExp(`^(?:ii +)?${name}[-: ]`).test(line)))
  if (isLog(path)) return keepLines(text, line => isOfClocks(line) || isBanner(line) || isOfSteps(line))
  return text.replace(/[^\r\n]+/g, withoutSecrets)
}

const isLog = (path: string): boolean =>
  /^\/(?:dev\/kmsg|var\/log\/|sos_commands\/(?:kernel\/dmesg|logs\/))/.test(path)

const keepLines = (text: string, wanted: (line: string) => boolean): string =>
  linesOf(text)
    .filter(wanted)
    .map(line => `${withoutSecrets(line)}\n`)
    .join('')

const keepPackages = (text: string): string =>
  text
    .split(/\n\n+/)
    .filter(paragraph => OF_TIME.has(/^Package: (.+)$/m.exec(paragraph)?.[1] ?? ''))
    .map(paragraph =>
      linesOf(paragraph)
        .filter(line => /^(?:Package|Status|Version):/.test(line))
        .join('\n'),
    )
    .map(paragraph => `${paragraph}\n\n`)
    .join('')

/** Each with the part that stays as its first group. */
const SECRETS: readonly RegExp[] = [
  // GRUB: password --md5 HASH, password_pbkdf2 USER HASH
  /^(\s*password(?:_pbkdf2)?\s).*$/,
  // ntp.conf: crypto pw PASSWORD
  /^(\s*crypto\b.*\bpw\s+)\S+/,
  // Files of keys of NTP daemons, should one be included: NUMBER TYPE KEY
  /^(\s*\d{1,5}\s+(?:M|MD5|SHA\d*|SHA\d-\d+|SHA-\d+|AES\d*|AES128CMAC|RMD160|TIGER|WHIRLPOOL)\s+)\S+/i,
  // NAME=VALUE whose name says it
  /((?:passw(?:or)?d|passphrase|passwd|secret|token|credential|api_?key|private_?key)["']?\s*[=:]\s*["']?)[^\s"']+/gi,
  // https://USER:PASSWORD@HOST
  /(:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/g,
]

const withoutSecrets = (line: string): string =>
  SECRETS.reduce((left, secret) => left.replace(secret, `$1${REMOVED}`), line)

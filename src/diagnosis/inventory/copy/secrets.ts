/**
 * Text without what is secret in it: passwords, keys and tokens by their names, user names and passwords in addresses, and blocks
 * of PEM. Everything that leaves the machine goes through here: the files of a copy (`share.ts`), and what is printed of
 * an inventory or a finding. What is taken out leaves a mark, and lines stay where they are.
 */

const REMOVED = '(removed)'

/** No name goes on for longer; without an end each of many would be looked for through all that follows. */
const REST = String.raw`[\w.-]{0,64}`
/** What ends a name that stands for a secret: DB_PASSWORD, AWS_SECRET_ACCESS_KEY, api-token, vncpassword, rootpw. */
const SECRET = `(?:passw(?:or)?d|passphrase|passwd|(?:(?<!by|com)pass|pwd|pw|(?<![a-z])psk)(?![a-z])|secret|token|credential|api_?key|access_?key|private_?key|auth_?key|cookie|community)${REST}`
const SECRET_NAME = `${REST}${SECRET}`
/** As it ends in a command line of /proc, too, whose words are divided by zero bytes. */
const WORD = String.raw`[^\s\0"']+`

/** In quotes, or none. */
const SHELL_WORD = String.raw`(?:"[^"]*"|'[^']*'|[^\s\0"']+)`

/** "password is …", "key was: …" */
const SAYING = String.raw`(?:\s+(?:is|was|used|for|to|of))*\s*[:=]?`
const KEY_TYPE = String.raw`(?:M|MD5|SHA\d*|SHA\d-\d+|SHA-\d+|AES\d*|AES128CMAC|RMD160|TIGER|WHIRLPOOL)`

/** Also in a line of a diff. */
const COMMENT = /^(?:line \d+:)?[-+]?\s*[;!%]|#/
/** In comments people keep what was there before, with words between. */
const IN_COMMENTS: readonly RegExp[] = [
  // # crypto pw PASSWORD, # password is PASSWORD: all to the end, for nothing tells where it ends
  new RegExp(String.raw`(\b(?:pw|${SECRET_NAME})${SAYING}\s+)\S.*$`, 'i'),
  // # 1 M KEY
  new RegExp(String.raw`(\b\d{1,5}\s+${KEY_TYPE}\s+)\S+`, 'gi'),
  // # key KEY, where that is more than the number of one
  new RegExp(String.raw`(\bkey${SAYING}\s+)(?!\d+(?!\S))(?=\S*\d)\S+`, 'gi'),
]

/** Each with what stays as its first group. */
const SECRETS: readonly RegExp[] = [
  // requestkey KEY: it wants the number of one, and some write the key
  /(\b(?:command|control|request|trusted)key\s+)(?![\d(]|\.\.\.)\S+/gi,
  // GRUB: password --md5 HASH, password_pbkdf2 USER HASH
  /^((?:line \d+:)?\s*password(?:_pbkdf2)?\s).*$/,
  // ntp.conf: crypto pw PASSWORD
  /^((?:line \d+:)?[-+]?\s*crypto\b.*\bpw\s+)\S+/,
  // Files of keys of NTP daemons, should one be included: NUMBER TYPE KEY
  new RegExp(String.raw`^(\s*\d{1,5}\s+${KEY_TYPE}\s+)\S+`, 'i'),
  // Authorization: Bearer VALUE, also where a quote goes around all of it
  /(authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s\0"']+/gi,
  /(\bbearer\s+)[^\s\0"']+/gi,
  // "NAME=some words"
  new RegExp(String.raw`((["'])${SECRET_NAME}\s*[=:]\s*)(?:(?!\2).)+`, 'gi'),
  // NAME="some words", NAME = VALUE, NAME: VALUE
  new RegExp(String.raw`(${SECRET}["']?\s*[=:]\s*(["']))(?:(?!\2).)+`, 'gi'),
  new RegExp(String.raw`(${SECRET}["']?\s*[=:]\s*)${WORD}`, 'gi'),
  // --NAME VALUE, also in two words of /proc
  new RegExp(String.raw`(--?${SECRET_NAME}[\s\0]+["']?)${WORD}`, 'gi'),
  // --key VALUE
  /((?:^|[\s\0])--key[\s\0=]+)[^\s\0]+/g,
  // A line of its own: secret VALUE
  /^(\s*(?:secret|passphrase|passwd|token|\w+password)\s+)\S.*$/i,
  // curl -u USER:PASSWORD; ntpd takes a user by the same letter
  new RegExp(
    String.raw`([\s\0](?:-u|-U|--user|--proxy-user)(?<=\b(?:curl|wget|lftp|smbclient|rpcclient|ldap\w+)\b.*)[\s\0=]*)${SHELL_WORD}`,
    'g',
  ),
  /([\s\0](?:-u|--user)[\s\0=]*(?:root|admin\w*):)[^\s\0"']+/g,
  // sshpass -p PASSWORD, mysql -pPASSWORD
  new RegExp(
    String.raw`([\s\0]-(?:p|w|a)(?<=\b(?:sshpass|mysql\w*|mariadb[\w-]*|ldap\w+|redis-cli)\b.*)[\s\0]*)${SHELL_WORD}`,
    'g',
  ),
  // echo PASSWORD | sudo -S
  /(\b(?:echo|printf)[\s\0]+)[^|\0]+(?=[\s\0]*\|[\s\0]*(?:[\w/]*\/)?(?:sudo|su|passwd|chpasswd|openssl|gpg2?|cryptsetup)\b)/g,
  // ?key=VALUE
  /([?&][\w.-]*(?:key|token|sig|secret|pass|pwd|pw|auth|code|api|sid)[\w.-]*=)[^\s\0&"']+/gi,
  // Addresses that are secrets themselves: hc-ping.com/UUID, webhooks of chats
  /(:\/\/[^\s\0"']{0,256}?\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[^\s\0"']*/gi,
  /(:\/\/hooks\.[^\s\0"'/]+\/)[^\s\0"']+/gi,
  // https://USER:PASSWORD@HOST, https://TOKEN@HOST
  /(:\/\/)[^\s\0@/:]{0,64}:[^\s\0]{1,256}(?=@)/g,
  /(:\/\/)[^\s\0/@]{1,256}(?=@)/g,
  // USER:PASSWORD@HOST
  /(^|[\s\0#])[\w.+-]{1,64}:[^\s\0@/]{1,256}(?=@[\w.[])/g,
  // netroot=iscsi:USER:PASSWORD@HOST
  /(\biscsi:)[^\s\0@]+(?=@)/g,
  // crypt(5): NAME:$6$SALT$HASH:…; behind what knows where a secret begins, which may hold the like
  /(\$(?:\d\w?|y|gy|sha1|md5)[$,])[^\s\0:"']{8,}/g,
]

/** Without any of these no pattern above can match: most lines of a long file need not be tried with each. */
const MAY_HOLD =
  /pass|pwd|pw|psk|secret|token|credential|key|cookie|community|auth|bearer|[\s\0]-|echo|printf|[#;!%?&@$]|:\/\/|^\s*\d/i

const without = (text: string, secrets: readonly RegExp[]): string =>
  secrets.reduce((left, secret) => left.replace(secret, `$1${REMOVED}`), text)

/** Nobody writes a comment of more, and to look for words in one takes long. */
const LONGEST_COMMENT = 1000

/** No line of a configuration or a log is longer; of others that may hold a secret nothing is kept. */
const LONGEST_LINE = 4096

function withoutSecretsIn(line: string): string {
  if (!MAY_HOLD.test(line)) return line
  if (line.length > LONGEST_LINE) return REMOVED
  const comment = line.search(COMMENT)
  if (comment < 0) return without(line, SECRETS)
  const said = line.slice(comment)
  const left = said.length > LONGEST_COMMENT ? `${said[0]}${REMOVED}` : without(said, IN_COMMENTS)
  return without(line.slice(0, comment) + left, SECRETS)
}

const PEM = /(-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----)[^-]*/g

export const withoutSecrets = (text: string): string =>
  text
    .replace(PEM, (block, head: string) => `${head}${block.slice(head.length).replace(/[^\r\n]+/g, REMOVED)}`)
    .replace(/[^\r\n]+/g, withoutSecretsIn)

/** The same for all text in a value: an inventory, findings. */
export function withoutSecretsDeep<T>(value: T): T {
  if (typeof value === 'string') return withoutSecrets(value) as T
  if (Array.isArray(value)) return withoutSecretsInWords(value) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecretsDeep(each)])) as T
}

/** In a list of words the secret may be the one behind its name: `--password`, `VALUE`. */
function withoutSecretsInWords(given: readonly unknown[]): unknown[] {
  const values = isCommandLine(given) ? withoutSecrets(given.join('\0')).split('\0') : given
  return values.map((each, index) => {
    const before = values[index - 1]
    return typeof each === 'string' && typeof before === 'string' && IS_NAME.test(before)
      ? REMOVED
      : withoutSecretsDeep(each)
  })
}

/** A program and its words, as in /proc; lines of text have spaces. */
const isCommandLine = (values: readonly unknown[]): values is readonly string[] =>
  values.length > 1 && values.every(each => typeof each === 'string') && !/\s/.test(values[0]!)

/** `--password`, `token:`, `"password":`, `crypto`'s `pw`. */
const IS_NAME = new RegExp(
  `^(?:--?${SECRET_NAME}|--key|["']?${SECRET_NAME}["']?[:=]|pw|bearer|md5|sha\\d*)$`,
  'i',
)

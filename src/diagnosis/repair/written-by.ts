/**
 * Files that a program writes anew, and that say so in their first lines: those of configuration management, of cloud-init, of what
 * asks DHCP. A change made in such a file goes at the next run; it belongs where the file comes from.
 */

const WRITERS: readonly (readonly [line: RegExp, writer: string])[] = [
  [/\bpuppet\b/i, 'Puppet'],
  [/\bansible\b/i, 'Ansible'],
  [/\bchef\b/i, 'Chef'],
  [/\bsalt(?:stack)?\b/i, 'Salt'],
  [/\bcfengine\b/i, 'CFEngine'],
  [/\bcloud-init\b/i, 'cloud-init'],
  [/\bNetworkManager\b/i, 'NetworkManager'],
  [/\bdhclient\b|\bDHCP (?:server|event)\b/i, 'the hook of DHCP'],
]

/** A name alone may stand in a comment of a person, and a person may have written it. */
const MADE =
  /\b(?:managed|generated|created|written|maintained|controlled) (?:\S+ ){0,3}by (?:\S+ ){0,2}(?:puppet|ansible|chef|salt|cfengine|cloud-init|networkmanager|dhclient)|\b(?:ansible|puppet|chef|salt)[ -]managed\b/i
const GOES =
  /\b(?:will|would) be (?:\S+ )?(?:over-?written|over-?ridden|lost|replaced)\b|\bdo not (?:edit|modify|change)\b/i

const COMMENT = /^\s*(?:#|;|!|\/\/)/
const FIRST_LINES = 12

/** Who writes it, as its own head says; undefined where nobody does. */
export function writerOf(text: string): string | undefined {
  const head = text
    .split('\n', FIRST_LINES)
    .filter(line => COMMENT.test(line))
    .join(' ')
  const writer = WRITERS.find(([line]) => line.test(head))?.[1]
  return GOES.test(head) ? (writer ?? 'some program') : MADE.test(head) ? writer : undefined
}

/** The file that it is copied from, and where a change stays; undefined where its head names none. */
export function copiedFrom(text: string): string | undefined {
  const head = text.split('\n', FIRST_LINES).filter(line => COMMENT.test(line))
  const path = head.join(' ').match(/\bcopied from (\/etc\/\S+\.conf)(?=\s|$)/)?.[1]
  return writerOf(text) && path
}

/** A table of cron says so, too, and `crontab -e` is meant; that the menu of GRUB is made anew is told by itself. */
const TOLD = /^\/?(?:boot|var\/spool\/cron)\//

export function comesBackIn(path: string, text: string): string | undefined {
  const writer = TOLD.test(path) ? undefined : writerOf(text)
  return (
    writer &&
    `The head of ${path} says that ${writer} writes it: change it there, too, or what was there comes back.`
  )
}

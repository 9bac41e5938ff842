/**
 * source-unreachable of a copy: whom the daemon listed, and who had given it no time. The reach that is listed counts replies with a
 * time in them, so a server that follows nobody, one that was never asked and one that is cut off look the same there; what the copy
 * holds besides (chronyc activity, chronyc ntpdata) tells them apart. A reference clock is on this machine: no network is between.
 */
import type { Inventory, Reported } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import type { Cause, Finding } from '../../finding.ts'
import { justStarted, longestListing, saying, shown, since } from '../said-then.ts'
import { evidenceOf, type MachineRule, settingDaemons, state } from '../subject.ts'
import { costOf } from './measured.ts'
import { kissOf } from './without-time.ts'

/** chronyc writes `#` before them, ntpq a driver's address or name. */
const isReferenceClock = ({ source = '', evidence }: Reported): boolean =>
  evidence.text.startsWith('#') || /^127\.127\.\d+\.\d+$|^[A-Z_]+\(\d+\)$/.test(source)

export const sourcesThen: MachineRule = ({ inventory, live }) => {
  const listed = longestListing(inventory)
  const timeless = [...listed.values()].filter(({ says }) => says === 'unreachable')
  // Who refuses is told of by itself (source-without-time).
  const silent = timeless.filter(each => kissOf(each) === undefined)
  if (live || settingDaemons(inventory).length === 0) return []
  if (listed.size === 0) return nameless(inventory)
  if (silent.length === 0) return []
  const all = timeless.length === listed.size
  const started = justStarted(inventory)
  const servers = silent.filter(each => !isReferenceClock(each))
  const around = whyOf(servers, inventory)
  const clocks = servers.length < silent.length
  return [
    state({
      name: 'source-unreachable',
      severity: started ? 'note' : all ? 'critical' : 'warning',
      what: all
        ? `None of the ${listed.size} listed sources had given the time when this copy was made${since(started)}.`
        : `${silent.length} of ${listed.size} listed sources had not given the time when this copy was made${since(started)}.`,
      measures: { silent: silent.length, sources: listed.size },
      evidence: [...shown(around.evidence.slice(0, 1)), ...shown(silent), ...evidenceOf(started)],
      cost: costOf(all),
      causes: [...around.causes, ...(clocks ? DEAD_CLOCK : [])],
      remedy: {
        text: [around.text, ...(clocks ? [MEND_CLOCK] : [])].filter(text => text !== '').join(' '),
        changes: around.changes,
      },
      confirm: servers[0] ? `clockwright query ${servers[0].source}` : 'chronyc sources; ntpq -p',
    }),
  ]
}

interface Why {
  readonly causes: readonly Cause[]
  readonly evidence: readonly Reported[]
  readonly text: string
  readonly changes: readonly string[]
}

/** Of servers that gave no time: what the copy proves comes first. */
function whyOf(servers: readonly Reported[], inventory: Inventory): Why {
  if (servers.length === 0) return { causes: [], evidence: [], text: '', changes: [] }
  const offline = saying(inventory, 'offline')
  const unasked = Math.max(0, ...offline.map(({ size = 0 }) => size))
  const timeless = saying(inventory, 'without-time').filter(({ source }) =>
    servers.some(each => each.source === source),
  )
  if (unasked >= servers.length)
    return {
      causes: [NOT_ASKED],
      evidence: offline,
      text: 'Have them asked, and see who switches them off.',
      changes: ['chronyc online'],
    }
  const keys = saying(inventory, 'key-missing')
  const unproven = servers.filter(each => keys.some(key => isOfKey(each, key, inventory)))
  if (keys.length > 0 && unproven.length === servers.length) return { ...withoutKeys(keys), evidence: keys }
  const known = [
    ...(keys.length > 0 ? withoutKeys(keys).causes : []),
    ...(unasked > 0 ? [NOT_ASKED] : []),
    ...(timeless.length > 0 ? [answers(timeless)] : []),
  ]
  const evidence = [...keys, ...offline, ...timeless]
  if (timeless.length === servers.length)
    return { causes: known, evidence, text: 'See why they follow nobody, or name others.', changes: [] }
  return {
    causes: [...known, ...CUT_OFF, ...(timeless.length > 0 ? [] : [MAY_ANSWER])],
    evidence,
    text: `${unasked > 0 ? 'Have all of them asked (`chronyc online`). ' : ''}Let UDP 123 pass to these servers, or name others.`,
    changes: [],
  }
}

/** By the line of its source, where the log does not name that. */
const isOfKey = ({ source }: Reported, key: Reported, { daemons }: Inventory): boolean =>
  key.source === undefined
    ? daemons.some(({ configuration }) =>
        configuration.some(({ text }) =>
          linesOf(text).some(line => {
            const [, address, number] = KEYED.exec(line) ?? []
            return address === source && Number(number) === key.size
          }),
        ),
      )
    : key.source === source

const KEYED = /^\s*(?:server|pool|peer)\s+(\S+)\s.*\bkey\s+(\d+)/i

function withoutKeys(keys: readonly Reported[]): Omit<Why, 'evidence'> {
  const numbers = keys.map(({ size }) => size).join(', ')
  const named = keys.length === 1 ? `the key ${numbers}` : `the keys ${numbers}`
  return {
    causes: [
      {
        what: `what they answer is thrown away: they are to prove themselves, and chronyd does not have ${named}`,
        why: 'its log says so',
      },
    ],
    text: `Put ${named} into the file of keys (\`keyfile\`), as the servers have ${keys.length === 1 ? 'it' : 'them'}, or take \`key\` out of their lines.`,
    changes: ['chronyc rekey'],
  }
}

const NOT_ASKED: Cause = {
  what: 'the daemon does not ask them: they are switched offline',
  why: '`chronyc activity` counts them as offline: by `offline` in their lines, or `chronyc offline` of a script of the network',
}

const answers = (timeless: readonly Reported[]): Cause => ({
  what: 'the server answers and gives no time: it follows nobody itself',
  why: `\`chronyc ntpdata\` shows replies of ${timeless.length === 1 ? timeless[0]!.source : `${timeless.length} of them`}, the last of them not synchronised`,
})

const CUT_OFF: readonly Cause[] = [
  {
    what: 'UDP port 123 is blocked on the way',
    why: 'their reach is 0: of the last eight requests none brought a time',
  },
  {
    what: 'the server is gone, or its name means another address now',
    why: 'daemons ask the address that they found at their start',
  },
]

const MAY_ANSWER: Cause = {
  what: 'the server answers and gives no time',
  why: 'one that is not synchronised itself, or refuses this machine, leaves the reach at 0 too (`chronyc ntpdata`: Total RX)',
}

const DEAD_CLOCK: readonly Cause[] = [
  {
    what: 'the reference clock gives nothing: its device, or what feeds it (gpsd, ptp4l, a driver of the kernel)',
    why: 'it is a clock of this machine, and no network is between',
  },
]

const MEND_CLOCK =
  'For the reference clock see whether its device is there and what feeds it runs (gpsd for NMEA and SHM, `ppstest /dev/pps0`, `ls -l /dev/ptp*`).'

/** A table without a row, and names for which no address was found. */
function nameless(inventory: Inventory): Finding[] {
  const [said] = saying(inventory, 'nameless')
  if (!said) return []
  const started = justStarted(inventory)
  return [
    state({
      name: 'source-unreachable',
      severity: started ? 'note' : 'critical',
      what: `chronyd had found no address for any of its sources when this copy was made${since(started)}.`,
      measures: { nameless: said.size! },
      evidence: [...shown([said]), ...evidenceOf(started)],
      cost: costOf(true),
      causes: [
        {
          what: 'the names of its sources do not resolve',
          why: 'it asks again and again for their addresses: the resolver is not reached or knows nothing of them, or a name is misspelt',
        },
      ],
      remedy: {
        text: 'Put the resolver of this machine right, or the names; or name servers by their addresses.',
        changes: ['getent hosts NAME', 'cat /etc/resolv.conf'],
      },
      confirm: 'chronyc activity',
    }),
  ]
}

/**
 * The configuration file, once: what may stand in it, in which range, what it means. The loader, the error messages and
 * the reference page (docs/reference/config.md) all follow from this.
 */
import * as v from 'valibot'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { AFTER_DISRUPTION, POLICY_DEFAULTS } from '#core/guest/policy.ts'
import { parseDuration } from '#core/time/parse-duration.ts'
import { PPM } from '#core/time/units.ts'
import { parseAddress } from '#worlds/host/address.ts'
import { parseSize } from '../../quantity.ts'
import { DEFAULT_LIMITS } from '../history/trim.ts'
import { couldBeHost } from './host-name.ts'
import { parsePrefix } from './prefix.ts'

const whole = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.check(
      n => Number.isInteger(n) && n >= least && n <= most,
      `must be a whole number from ${least} to ${most}`,
    ),
  )

const number = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.check(n => n >= least && n <= most, `must be from ${least} to ${most}`),
  )

/** A correction that small is every day's: nothing would ever be steered. */
const LEAST_PANIC = 0.1

const duration = v.pipe(
  v.union([v.number(), v.string()], 'must be a duration: seconds, or a text like "1.5s", "500ms", "2h10m"'),
  v.transform(value => (typeof value === 'number' ? value : (parseDuration(value) ?? Number.NaN))),
  v.check(
    s => Number.isFinite(s) && s > 0,
    'must be a duration above zero: seconds, or a text like "1.5s", "500ms", "2h10m"',
  ),
)

const size = v.pipe(
  v.string('must be a size like "256MB"'),
  v.transform(value => parseSize(value) ?? Number.NaN),
  v.check(bytes => bytes >= 1e6, 'must be a size of 1 MB or more, like "256MB"'),
)

const flag = v.boolean('must be true or false')
const text = v.pipe(
  v.string('must be a text in quotes'),
  v.check(value => value.length > 0 && value.length <= 253, 'must have 1 to 253 characters'),
  v.check(value => !/[\s\p{C}]/u.test(value), 'must not hold spaces or control characters'),
)
/** A port belongs into its own key. */
const host = v.pipe(
  text,
  v.check(value => !/^[^:]+:\d+$/.test(value), 'must not hold the port: write it as `port = …`'),
  v.check(value => !/^\[.*\]$/.test(value), 'must be written without brackets'),
  v.check(couldBeHost, 'is neither an IP address nor a host name'),
)
const label = v.pipe(
  v.string('must be a text in quotes'),
  v.check(value => value.length > 0 && value.length <= 100, 'must have 1 to 100 characters'),
  v.check(value => !/\p{C}/u.test(value), 'must not hold control characters'),
)
const path = v.pipe(
  v.string('must be a path in quotes'),
  v.check(value => value.startsWith('/') && !value.includes('\0'), 'must be an absolute path'),
)

const numeric = v.pipe(
  v.string('must be a list of texts in quotes'),
  v.check(
    value => parseAddress(value) !== undefined,
    'must hold IP addresses of this machine, like "192.0.2.1", or "0.0.0.0" and "::" for all',
  ),
)
const prefix = v.pipe(
  v.string('must be a list of texts in quotes'),
  v.check(
    value => parsePrefix(value) !== undefined,
    'must hold addresses or prefixes, like "192.0.2.0/24" or "2001:db8::/32"',
  ),
)
const list = <S extends v.GenericSchema<string>>(item: S, most: number) =>
  v.pipe(
    v.array(item, 'must be a list: [ "…", "…" ]'),
    v.maxLength(most, `must not have more than ${most} entries`),
  )

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description))

const source = v.strictObject({
  address: described(host, 'Host name or IP address of the server, or the name of a pool.'),
  name: described(
    v.optional(label),
    'What it is called in the page and in metrics. Default: the address, with the port if it is not 123.',
  ),
  port: described(v.optional(whole(1, 65535), SOURCE_DEFAULTS.port), 'UDP port.'),
  minpoll: described(
    v.optional(whole(0, 17), SOURCE_DEFAULTS.minpoll),
    'Shortest time between requests, as a power of two in seconds: 6 is 64 s.',
  ),
  maxpoll: described(
    v.optional(whole(0, 17), SOURCE_DEFAULTS.maxpoll),
    'Longest time between requests, likewise: 10 is 1024 s.',
  ),
  iburst: described(
    v.optional(flag, SOURCE_DEFAULTS.iburst),
    'Ask four times, 2 s apart, at the start and after a silence.',
  ),
  prefer: described(v.optional(flag, SOURCE_DEFAULTS.prefer), 'Follow this one among those that agree.'),
  noselect: described(v.optional(flag, SOURCE_DEFAULTS.noselect), 'Measure and show it, never use it.'),
  pool: described(
    v.optional(flag, SOURCE_DEFAULTS.pool),
    'The name stands for many servers: use several of its addresses and replace bad ones.',
  ),
  maxsources: described(
    v.optional(whole(1, 16), SOURCE_DEFAULTS.maxsources),
    'How many servers of a pool are used.',
  ),
  version: described(
    v.optional(v.picklist([3, 4], 'must be 3 or 4'), SOURCE_DEFAULTS.version),
    'NTP version of the requests.',
  ),
  nts: described(
    v.optional(
      v.pipe(
        flag,
        v.check(
          value => !value,
          'is not available yet: Network Time Security comes with a later version. Leave the key out to use this server without it',
        ),
      ),
    ),
    'Network Time Security. Not available yet; `true` is refused, so that nobody believes to have it.',
  ),
})

export const MOST_SOURCES = 64
const MOST_ADDRESSES = 16
const MOST_PREFIXES = 256

/** Only this machine itself is served unless somebody says otherwise; the limit is the one that chrony.conf(5) shows. */
export const SERVER_DEFAULTS = {
  port: 123,
  allow: ['127.0.0.0/8', '::1'],
  ratelimit: true,
  interval: 2,
  burst: 16,
} as const

export const configSchema = v.strictObject({
  source: v.optional(
    v.pipe(
      v.array(source, 'must be written as [[source]]'),
      v.maxLength(MOST_SOURCES, `may appear ${MOST_SOURCES} times at most`),
    ),
    [],
  ),
  agent: v.optional(
    v.strictObject({
      minsources: described(
        v.optional(whole(1, 16), AGENT_DEFAULTS.minsources),
        'How many sources must agree before any of them is believed.',
      ),
      maxdistance: described(
        v.optional(duration, AGENT_DEFAULTS.maxdistance),
        'A source whose root distance is larger is not used.',
      ),
      hostclock: described(
        v.optional(flag, true),
        'Use the clock that the hypervisor offers (PTP, VMClock), where there is one, as one more source: once the network has shown how far it can be trusted, or the host tells it. It is the source with the address `host-clock`.',
      ),
    }),
    {},
  ),
  discipline: v.optional(
    v.strictObject({
      afterdisruption: described(
        v.optional(
          v.picklist(AFTER_DISRUPTION, 'must be "step", "slew", "ask" or "nothing"'),
          POLICY_DEFAULTS.afterDisruption,
        ),
        'After a proven disruption (a pause, a migration): `step` at once, `slew` without a jump, `ask` until `clockwright allow-step` is run, or do `nothing`.',
      ),
      startlimit: described(
        v.optional(duration),
        'The largest step at the start; beyond it the clock waits for `clockwright allow-step`. Default: no limit but panic.',
      ),
      maxslew: described(
        v.optional(number(1, 100_000), Math.round(POLICY_DEFAULTS.maxSlew / PPM)),
        'How fast a correction may be slewed, in ppm beside the ordinary frequency correction.',
      ),
      leap: described(
        v.optional(v.picklist(['step', 'slew'], 'must be "step" or "slew"'), POLICY_DEFAULTS.leap),
        'A leap second: in one step at its moment, or slewed away from then on, at `maxslew`.',
      ),
      hook: described(
        v.optional(path),
        'A program to run before and after each step: see CLOCKWRIGHT_EVENT and CLOCKWRIGHT_STEP in its environment.',
      ),
      panic: described(
        v.optional(
          v.pipe(
            duration,
            v.check(s => s >= LEAST_PANIC, `must be ${LEAST_PANIC} s or more`),
          ),
          POLICY_DEFAULTS.panic,
        ),
        'A correction larger than this is not believed: steering stops, everything stays observable.',
      ),
    }),
    {},
  ),
  server: v.optional(
    v.strictObject({
      listen: described(
        v.optional(list(numeric, MOST_ADDRESSES), []),
        'Addresses of this machine at which time is served; `"0.0.0.0"` and `"::"` are all of them. Without any, nobody is served.',
      ),
      port: described(v.optional(whole(1, 65535), SERVER_DEFAULTS.port), 'UDP port.'),
      allow: described(
        v.optional(list(prefix, MOST_PREFIXES), [...SERVER_DEFAULTS.allow]),
        'Who is served: addresses or prefixes like `"192.0.2.0/24"`. The longest prefix that somebody lies in decides, here or in `deny`.',
      ),
      deny: described(
        v.optional(list(prefix, MOST_PREFIXES), []),
        'Who is not served, within what `allow` says.',
      ),
      ratelimit: described(
        v.optional(flag, SERVER_DEFAULTS.ratelimit),
        'Limit how often one client (an address, or an IPv6 /64) may ask.',
      ),
      interval: described(
        v.optional(duration, SERVER_DEFAULTS.interval),
        'With `ratelimit`: one request in so long, on average.',
      ),
      burst: described(
        v.optional(whole(1, 255), SERVER_DEFAULTS.burst),
        'With `ratelimit`: so many at once, after a silence.',
      ),
    }),
    {},
  ),
  page: v.optional(
    v.strictObject({
      address: described(
        v.optional(
          v.picklist(
            ['127.0.0.1', '::1', 'localhost'],
            'must be a loopback address: 127.0.0.1 or ::1. To see the page from elsewhere, use ssh -L',
          ),
          '127.0.0.1',
        ),
        'Where the page listens: loopback only.',
      ),
      port: described(
        v.optional(whole(0, 65535), 9319),
        'Port of the page and of /metrics; the next free one is used when it is taken.',
      ),
    }),
    {},
  ),
  history: v.optional(
    v.strictObject({
      path: described(
        v.optional(path),
        'The file that keeps the history. Default: history.db in the state directory.',
      ),
      keep: described(
        v.optional(duration, DEFAULT_LIMITS.keepFull),
        'How long every single measurement is kept; after that minutes, then hours.',
      ),
      maxsize: described(
        v.optional(size, `${DEFAULT_LIMITS.maxBytes / 1e6}MB`),
        'How large the file may grow.',
      ),
    }),
    {},
  ),
})

export type FileConfig = v.InferOutput<typeof configSchema>
export type FileSource = FileConfig['source'][number]

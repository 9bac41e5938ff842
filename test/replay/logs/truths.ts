/**
 * What is known to have happened in each of the logs in test/vectors/logs: the truth of its README, as data. A log whose
 * clock had no trouble has no finding but `good` and notes.
 */
import type { FindingName } from '#diagnosis/finding.ts'

export interface Truth {
  /** A folder in test/vectors/logs. */
  readonly sample: string
  readonly what: string
  /** Every finding that is no note. */
  readonly findings: readonly FindingName[]
  /** Jumps of the clock, each with its time and how much the clock lost. */
  readonly jumps?: readonly { readonly at: string; readonly size: number }[]
  /** Numbers that a finding must come to, within a share of themselves. */
  readonly measures?: readonly {
    readonly finding: FindingName
    readonly measure: string
    readonly value: number
    readonly within: number
  }[]
  /** Words that the sentences must contain. */
  readonly says?: readonly string[]
}

const seconds = (day: string, of: readonly (readonly [number, number])[]) =>
  of.map(([at, size]) => ({ at: new Date(Date.parse(`${day}T00:00:00Z`) + at * 1000).toISOString(), size }))

export const TRUTHS: readonly Truth[] = [
  {
    sample: 'ntpd426-esxi',
    what: '-50 ms at the start, +23 ppm, nothing else',
    findings: ['good'],
    jumps: [],
  },
  {
    sample: 'chrony-esxi',
    what: '-300 ms at the start, -17 ppm, nothing else',
    findings: ['good'],
    jumps: [],
  },
  { sample: 'chrony43-esxi', what: 'the same with chrony 4.3', findings: ['good'], jumps: [] },
  {
    sample: 'ntpd428-xen-3days',
    what: 'paused for 30 s at 10:00:00 on the second day',
    findings: ['vm-paused', 'source-rejected-by-its-own-jitter'],
    jumps: [{ at: '2026-12-08T10:00:00Z', size: 29.997 }],
  },
  {
    sample: 'ntpd428-oscillation',
    what: 'a sine of 7000 s whose amplitude grows; ntpd resets the clock',
    findings: ['growing-oscillation', 'stepped-back'],
    jumps: [],
    measures: [{ finding: 'growing-oscillation', measure: 'period', value: 7000, within: 0.05 }],
  },
  {
    sample: 'ntpd428-broadcast-spurious',
    what: 'now and then packets come from 192.168.124.N and 192.168.125.N',
    findings: ['spurious-source-address'],
    jumps: [],
    says: ['192.168.124.1', '192.168.124.2', '192.168.125.1', '192.168.125.2'],
  },
  {
    sample: 'ntpd426-badclock',
    what: '+57.4 s every 180 s',
    findings: [
      'lost-ticks',
      'frequency-saturated',
      'frequency-learned-from-a-jump',
      'source-rejected-by-its-own-jitter',
      'stepped-back',
    ],
    measures: [
      { finding: 'lost-ticks', measure: 'size', value: -57.4, within: 0.01 },
      { finding: 'lost-ticks', measure: 'every', value: 180, within: 0.05 },
      { finding: 'lost-ticks', measure: 'count', value: 120, within: 0.01 },
    ],
  },
  {
    sample: 'ntpd428-2000ppm',
    what: 'the clock runs 2000 ppm fast; ntpd corrects 500',
    findings: ['frequency-saturated', 'stepped-back'],
    jumps: [],
    measures: [{ finding: 'frequency-saturated', measure: 'frequencyError', value: 2e-3, within: 0.05 }],
  },
  {
    sample: 'chrony-2000ppm',
    what: 'the same; chronyd holds it',
    findings: ['frequency-far-off'],
    jumps: [],
    measures: [{ finding: 'frequency-far-off', measure: 'frequencyError', value: 2e-3, within: 0.05 }],
  },
  {
    sample: 'ntpd428-x-10s',
    what: '10 s slewed away with -x',
    findings: ['frequency-saturated', 'slew-cannot-catch-up', 'frequency-learned-from-a-jump'],
    jumps: [],
    measures: [
      { finding: 'slew-cannot-catch-up', measure: 'size', value: 10, within: 0.05 },
      { finding: 'slew-cannot-catch-up', measure: 'timeSpent', value: 19_210, within: 0.05 },
    ],
  },
  {
    sample: 'ntpd428-panic',
    what: 'paused for 1500 s at t = 30000 s; ntpd exits',
    findings: ['vm-paused', 'panic-exit-ahead', 'source-rejected-by-its-own-jitter'],
    jumps: seconds('2027-01-02', [[30_000, 1500]]),
  },
  {
    sample: 'ntpsec-panic',
    what: 'the same with NTPsec',
    findings: ['vm-paused', 'panic-exit-ahead', 'source-rejected-by-its-own-jitter'],
    jumps: seconds('2027-03-05', [[30_000, 1500]]),
  },
  {
    sample: 'ntpd428-inet4-ntpq',
    what: 'one server of four is wrong by +50 ms',
    findings: ['falseticker'],
    jumps: [],
    says: ['192.168.123.4'],
    measures: [{ finding: 'falseticker', measure: 'offset', value: 0.05, within: 0.1 }],
  },
  {
    sample: 'chrony-inet4-falseticker',
    what: 'the same with chrony',
    findings: ['falseticker'],
    jumps: [],
    says: ['192.168.123.4'],
    measures: [{ finding: 'falseticker', measure: 'offset', value: 0.05, within: 0.1 }],
  },
  {
    sample: 'ntpsec-inet4',
    what: 'paused for 3 s at t = 43000 s',
    findings: ['vm-paused', 'source-rejected-by-its-own-jitter'],
    jumps: seconds('2027-03-05', [[43_000, 3]]),
  },
  {
    sample: 'ntpd428-refclock',
    what: 'a reference clock and a server; +20 ms at the start',
    findings: ['good'],
    jumps: [],
  },
  {
    sample: 'chrony-pauses',
    what: 'paused for 2 s, 47 s, 0.4 s',
    findings: ['vm-paused', 'source-rejected-by-its-own-jitter'],
    jumps: seconds('2027-03-05', [
      [20_000, 2],
      [40_000, 47],
      [60_000, 0.4],
    ]),
  },
  {
    sample: 'chrony-makestep-always',
    what: 'the same; chronyd may step',
    findings: ['vm-paused', 'source-rejected-by-its-own-jitter', 'stepped-back'],
    jumps: seconds('2027-03-05', [
      [20_000, 2],
      [40_000, 47],
      [60_000, 0.4],
    ]),
  },
  {
    sample: 'chrony-external-steps',
    what: 'somebody steps by +3600 s and by -12 s',
    findings: ['stepped-by-someone-else', 'slew-cannot-catch-up'],
    jumps: seconds('2027-03-05', [
      [15_000, -3600],
      [30_000, 12],
    ]),
  },
  {
    sample: 'chrony-outage',
    what: 'every packet is lost from t = 22800 s to 37200 s',
    findings: ['sources-lost'],
    jumps: [],
    measures: [{ finding: 'sources-lost', measure: 'time', value: 14_400, within: 0.05 }],
  },
  {
    sample: 'ntpd-q-loop',
    what: 'three loops of ntpd -q; in the bad ones the clock leaps by 57.4 s',
    findings: ['lost-ticks'],
    measures: [{ finding: 'lost-ticks', measure: 'size', value: -57.4, within: 0.01 }],
  },
  {
    sample: 'clknetsim-quiet-net',
    what: 'four servers of the internet, nothing happens',
    findings: ['good'],
    jumps: [],
  },
  {
    sample: 'clknetsim-congested',
    what: 'requests are slow for two hours, the clock has no trouble',
    findings: ['good'],
    jumps: [],
  },
  {
    sample: 'clknetsim-jitter',
    what: 'single packets are late by up to 120 ms, the clock has no trouble',
    findings: ['good'],
    jumps: [],
  },
  {
    sample: 'clknetsim-hourly',
    what: 'stands still for 0.3 s once an hour',
    findings: ['vm-paused'],
    jumps: seconds(
      '2026-12-01',
      Array.from({ length: 24 }, (_, i) => [1800 + 3600 * i, 0.3] as const),
    ),
  },
  {
    sample: 'clknetsim-pauses-net',
    what: 'chrony 4.3 with four servers, paused for 5 s, 30 s, 1 s',
    findings: ['vm-paused', 'source-rejected-by-its-own-jitter'],
    jumps: seconds('2026-12-01', [
      [20_000, 5],
      [50_000, 30],
      [70_000, 1],
    ]),
  },
  {
    sample: 'clknetsim-two-apart',
    what: 'two servers 50 ms apart',
    findings: ['two-sources'],
    jumps: [],
    measures: [{ finding: 'two-sources', measure: 'apart', value: 0.05, within: 0.05 }],
  },
  {
    sample: 'clknetsim-fight',
    what: 'set forward by 0.5 s every 600 s',
    findings: ['clocks-fight', 'stepped-back'],
    measures: [
      { finding: 'clocks-fight', measure: 'size', value: -0.5, within: 0.02 },
      { finding: 'clocks-fight', measure: 'count', value: 72, within: 0.01 },
      { finding: 'clocks-fight', measure: 'every', value: 600, within: 0.05 },
    ],
  },
  {
    sample: 'clknetsim-server-steps',
    what: 'one server of four steps by +5 s',
    findings: ['falseticker'],
    jumps: [],
    says: ['192.168.123.1 jumped by +5.00 s'],
  },
  {
    sample: 'clknetsim-set-back',
    what: 'set forward by 39.3 s and back by 307.5 s; stamps are there twice',
    findings: ['stepped-by-someone-else', 'slew-cannot-catch-up'],
    jumps: seconds('2026-12-01', [
      [13_139, -39.3],
      [56_835, 307.5],
    ]),
  },
  {
    sample: 'clknetsim-set-back-silent',
    what: 'set back by 19.4 s and 15.1 s, without the messages of chronyd, which noticed',
    findings: ['stepped-by-someone-else'],
    jumps: seconds('2026-12-01', [
      [26_546, 19.4],
      [59_014, 15.1],
    ]),
  },
  {
    sample: 'clknetsim-server-returns',
    what: 'one server of three is 0.4 s ahead for 2.5 h',
    findings: ['falseticker'],
    jumps: [],
    says: ['192.168.123.2 jumped by +400 ms'],
  },
  {
    sample: 'clknetsim-set-once',
    what: 'three servers asked each 16 s to 64 s; set forward by 2.5 s',
    findings: ['stepped-by-someone-else'],
    jumps: seconds('2010-01-01', [[55_000, -2.5]]),
  },
  {
    sample: 'clknetsim-pause-90s',
    what: 'four servers asked each 17 min; stands still for 90 s',
    findings: ['vm-paused'],
    jumps: seconds('2010-01-01', [[55_000, 90]]),
  },
  {
    sample: 'clknetsim-server-steps-slow',
    what: 'statistics.log of four servers, polled each 17 min; one steps by +3 s',
    findings: ['falseticker'],
    jumps: [],
    says: ['192.168.123.4 jumped by +3.00 s'],
  },
]

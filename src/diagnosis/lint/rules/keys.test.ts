import { describe, expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

test.each([
  [
    'etc/systemd/timesyncd.conf',
    '[Time]\nSaveIntervallSec=60\n',
    'Unknown setting `SaveIntervallSec` in [Time]: `SaveIntervalSec` is meant.',
  ],
  ['etc/systemd/timesyncd.conf', '[Time]\nColour=blue\n', 'Unknown setting `Colour` in [Time].'],
  [
    'etc/systemd/timesyncd.conf',
    '[Tme]\nNTP=a\n',
    'Unknown section `Tme` in timesyncd.conf: `Time` is meant.',
  ],
  [
    'etc/ntp.toml',
    '[synchronization]\nsingle-step-panic-treshold = 1\n',
    'Unknown setting `single-step-panic-treshold` in ntp.toml: `single-step-panic-threshold` is meant.',
  ],
])('%s: %j', (path, text, what) =>
  expect(lint([{ path, text }]).map(finding => finding.what)).toContain(what),
)

describe('a libvirt domain', () => {
  const domain = (clock: string, more = '') => `<domain type='kvm'>\n  ${more}\n  ${clock}\n</domain>\n`
  const told = (clock: string, more?: string) =>
    lint([{ path: 'guest.xml', text: domain(clock, more) }]).map(({ name, severity, what }) => [
      name,
      severity,
      what,
    ])
  const clock = (timer: string) => `<clock offset='utc'>${timer}</clock>`

  test.each([
    [
      clock("<timer name='tsc' frequency='abc'/>"),
      'wrong-values',
      /`frequency` takes Hz, a whole number, not `abc`/,
    ],
    [clock("<timer name='tsc' frequency='-1'/>"), 'wrong-values', /`frequency`/],
    [clock("<timer present='yes'/>"), 'wrong-values', /lacks its `name`/],
    ["<clock offset='utc' adjustment='1h'/>", 'wrong-values', /`adjustment` takes .*seconds/],
    ["<clock offset='utc' adjustment='rest'/>", 'misspelt', /`reset` was meant/],
    ["<clock offset='variable' adjustment='reset'/>", 'wrong-values', /`adjustment` takes seconds/],
    ["<clock offset='variable' basis='gmt'/>", 'wrong-values', /`basis` takes `utc` or `localtime`/],
    ["<clock offset='timezone'/>", 'wrong-values', /lacks `timezone`/],
    ["<clock offset='absolute' start='now'/>", 'wrong-values', /`start` takes seconds since 1970/],
    ["<clock offset='absolute'/>", 'wrong-values', /lacks `start`/],
    ["<clock offset='constructor'/>", 'wrong-values', /`offset` takes one of/],
  ])('%s: libvirt refuses it', (text, name, what) => {
    expect(told(text)).toEqual([[name, 'critical', expect.stringMatching(what)]])
  })

  test.each([
    [
      clock("<timer name='kvmclock' tickpolicy='delay'/>"),
      /`tickpolicy` is no attribute of the timer `kvmclock`/,
    ],
    [clock("<timer name='pit' frequency='1000'/>"), /`frequency` is no attribute of the timer `pit`/],
    [
      "<clock offset='utc' timezone='Europe/Berlin'/>",
      /`timezone` is no attribute of a clock with offset='utc'/,
    ],
  ])('%s: libvirt passes over it', (text, what) => {
    expect(told(text)).toEqual([['unknown-option', 'warning', expect.stringMatching(what)]])
  })

  test.each([
    ["<clock offset='utc' adjustement='0'/>", 'misspelt'],
    [clock("<timer name='rtc' valueOf='1'/>"), 'unknown-option'],
  ])('%s: libvirt knows no such attribute, and passes over it', (text, name) =>
    expect(told(text)).toEqual([[name, 'warning', expect.anything()]]),
  )

  test.each([
    "<clock offset='utc' adjustment='reset'/>",
    "<clock offset='variable' adjustment='-3600' basis='utc'/>",
    "<clock offset='timezone' timezone='Etc/UTC'/>",
    clock(
      "<timer name='tsc' frequency='2399998000' mode='native'/><timer name='armvtimer' tickpolicy='discard'/>",
    ),
    clock("<timer name='platform' track='boot'/><timer name='kvmclock' present='yes'/>"),
  ])('%s is right', text => expect(told(text)).toEqual([]))

  test.each([
    ["<clock offset='timezone' timezone='Europe/Berlin'/>", 'rtc-in-local-time', 'note'],
    ["<clock offset='absolute' start='0'/>", 'timer-policy', 'warning'],
  ])('%s is right for libvirt, and nothing but the time is told of', (text, name, severity) =>
    expect(told(text)).toEqual([[name, severity, expect.anything()]]),
  )

  test.each([
    ["<clock offset='localtime'/>"],
    ["<clock offset='localtime'>\n    <timer name='rtc' tickpolicy='catchup'/>\n  </clock>"],
  ])('Windows without its clock, %j', text => {
    const windows =
      "<metadata><libosinfo:libosinfo xmlns:libosinfo='x'><libosinfo:os id='http://microsoft.com/win/10'/></libosinfo:libosinfo></metadata>"
    const file = { path: 'guest.xml', text: domain(text, windows) }
    const [finding, ...more] = lint([file])
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      name: 'timer-policy',
      severity: 'note',
      what: expect.stringContaining('hypervclock'),
    })
    expect(lint([{ ...file, text: mergeEdits(file.text, [finding!.remedy.edits!]).text }])).toEqual([])
    expect(
      lint([{ ...file, text: file.text.replace('microsoft.com/win/10', 'debian.org/debian/12') }]),
    ).not.toContainEqual(expect.objectContaining({ name: 'timer-policy' }))
  })
})

describe('a .vmx', () => {
  const told = (line: string) =>
    lint([{ path: 'guest.vmx', text: `.encoding = "UTF-8"\n${line}\n` }]).map(({ name, severity }) => [
      name,
      severity,
    ])
  test.each([
    ['rtc.diffFromUTC = "one hour"', 'wrong-values'],
    ['rtc.diffFromUTC = "86400"', 'wrong-values'],
    ['rtc.difFromUTC = "0"', 'misspelt'],
    ['rtc.startTime = "yesterday"', 'wrong-values'],
    ['rtc.startTime = "1136073600"', 'timer-policy'],
    ['monitor_control.virtual_rdtcs = "FALSE"', 'misspelt'],
    ['monitor_control.virtual_rdtsc = "maybe"', 'wrong-values'],
    ['monitor_control.virtual_rdtsc = "FALSE"', 'timer-policy'],
  ])('%s: %s', (line, name) => expect(told(line)).toEqual([[name, 'warning']]))
  test.each([
    'rtc.diffFromUTC = "0"',
    'monitor_control.virtual_rdtsc = "TRUE"',
    'monitor_control.restrict_backdoor = "TRUE"',
    'monitor_control.virtual_mmu = "hardware"',
  ])('%s is right', line => expect(told(line)).toEqual([]))
})

test('what systemd keeps for others is passed over without a word', () => {
  const told = (text: string) =>
    lint([{ path: 'etc/systemd/timesyncd.conf', text: `[Time]\nNTP=a\n${text}` }])
      .filter(({ severity }) => severity !== 'note')
      .map(({ name, evidence }) => `${name} ${evidence[0]?.text}`)
  expect(told('X-Foo=1\n[X-Bar]\nc=d\n')).toEqual([])
  expect(told('Foo=1\n[Bar]\n')).toEqual(['unknown-option Foo=1', 'unknown-option [Bar]'])
})

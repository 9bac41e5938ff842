import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseLibvirtDomain } from './libvirt.ts'

const DOMAIN = `<domain type='kvm'>
  <name>guest</name>
  <!-- a comment
       over two lines -->
  <clock offset='utc'>
    <timer name='rtc'
           tickpolicy='catchup'>
      <catchup threshold='123' slew='120' limit='10000'/>
    </timer>
    <timer name='kvmclock' present='yes'/>
  </clock>
</domain>
`

test('a clock and its timers, each with its line', () => {
  const { clock, timers, isWindows, notUnderstood } = parseLibvirtDomain(DOMAIN)
  expect(notUnderstood).toBeUndefined()
  expect(isWindows).toBe(false)
  expect(clock).toMatchObject({ line: 5, lastLine: 11, attributes: { offset: 'utc' } })
  expect(timers.map(({ line, attributes }) => [line, attributes.name])).toEqual([
    [6, 'rtc'],
    [10, 'kvmclock'],
  ])
  expect(timers[0]!.catchup).toMatchObject({ line: 8, attributes: { threshold: '123' } })
})

test('lines count the same with the line ends of Windows', () =>
  expect(parseLibvirtDomain(DOMAIN.replaceAll('\n', '\r\n')).timers.map(({ line }) => line)).toEqual([6, 10]))

test('Windows is told by what only it uses', () =>
  expect(
    parseLibvirtDomain("<domain><features><hyperv/></features><clock offset='localtime'/></domain>")
      .isWindows,
  ).toBe(true))

test.each(['<domain', '<!--', 'no xml', '', '<other/>'])('%j is none', text =>
  expect(parseLibvirtDomain(text).notUnderstood).toBeTruthy(),
)

test('any text gives an answer', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .array(fc.constantFrom('<', '>', '/', 'clock', "='", ' ', 'timer', '&x;', '<!'))
          .map(parts => parts.join('')),
      ),
      text => {
        expect(parseLibvirtDomain(text).timers).toBeInstanceOf(Array)
      },
    ),
  ))

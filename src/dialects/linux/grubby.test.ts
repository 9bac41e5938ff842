import { expect, test } from 'vitest'
import { changeByGrubby } from './grubby.ts'

test('one command takes words out and puts others in', () => {
  expect(changeByGrubby(['ro', 'clock=pmtmr', 'quiet'], ['ro', 'quiet', 'clocksource=acpi_pm'])).toEqual([
    'grubby --update-kernel=ALL --remove-args="clock=pmtmr" --args="clocksource=acpi_pm"',
  ])
  expect(changeByGrubby(['ro'], ['ro', 'nohz=off'])).toEqual(['grubby --update-kernel=ALL --args="nohz=off"'])
  expect(changeByGrubby(['ro'], ['ro'])).toEqual([])
  expect(changeByGrubby(['ro', 'clocksource=hpet', 'clocksource=hpet'], ['ro'])).toEqual([
    'grubby --update-kernel=ALL --remove-args="clocksource=hpet"',
  ])
})

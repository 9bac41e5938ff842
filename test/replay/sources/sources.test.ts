/**
 * Little copies of machines, as distributions ship them or as their owners left them, and the sources that clockwright
 * takes over from each. The files are written after the packages' own examples and manuals; field-report-001 is the
 * ntp.conf that the report prints. `expected.json` leaves out what is as in SOURCE_DEFAULTS.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findSources } from '#apps/daemon/sources.ts'
import { SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'

interface Expected {
  readonly running?: string[]
  readonly origin: string
  readonly sources: (Pick<SourceConfig, 'address'> & Partial<SourceConfig>)[]
  readonly notes: string[]
  /** Left out because they are that machine itself. */
  readonly itself?: readonly string[]
}

const here = import.meta.dirname
const machines = readdirSync(here, { withFileTypes: true }).filter(each => each.isDirectory())

describe('the sources of', () => {
  test.each(machines.map(({ name }) => name))('%s', name => {
    const root = join(here, name)
    const expected: Expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8'))
    expect(findSources(root, expected.running)).toEqual({
      origin: expected.origin,
      itself: expected.itself ?? [],
      // Nobody on that machine named them.
      assumed: expected.sources.some(({ address }) => address === 'pool.ntp.org'),
      notes: expected.notes,
      sources: expected.sources.map(source => ({ ...SOURCE_DEFAULTS, name: source.address, ...source })),
    })
  })
})

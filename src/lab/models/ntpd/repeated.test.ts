import { expect, test } from 'vitest'
import { instant } from '#core/time/instant.ts'
import { daemonPlayer, runLab } from '#lab/run.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { RepeatedNtpd } from './repeated.ts'

function loop(version: string, steps: readonly { at: number; size: number }[] = []): number[] {
  const run = runLab({
    world: {
      start: instant(1_796_083_200_000_000_000n),
      servers: [{ address: '192.0.2.1', link: symmetricLink(100e-6, 20e-6) }],
      oscillator: { frequencyError: 20e-6 },
      steps,
    },
    seed: 1,
    duration: 700,
    recording: true,
    player: daemonPlayer(
      ({ random }) =>
        new RepeatedNtpd({ config: 'server 192.0.2.1', options: ['-g', '-q'], version, random }, 60),
    ),
  })
  expect(run.exit).toBeUndefined()
  return run.records.flatMap(record => {
    const said = record.kind === 'notice' && /^time (set|slew) (\S+) s$/.exec(record.text)
    return said ? [Number(said[2])] : []
  })
}

test.each(['4.2.6p5', '4.2.8p15', 'ntpsec 1.2.2'])(
  '%s: a clock that gains 20 ppm loses 1.2 ms each time',
  version => {
    const said = loop(version)
    expect(said.length).toBeGreaterThan(8)
    for (const offset of said.slice(1)) expect(offset).toBeCloseTo(-20e-6 * 65, 3)
  },
)

test('a clock that jumps is set back after each jump', () => {
  const said = loop(
    '4.2.8p15',
    [89, 269, 449, 629].map(at => ({ at, size: 57.4 })),
  )
  expect(said.filter(offset => Math.abs(offset + 57.4) < 0.01)).toHaveLength(4)
})

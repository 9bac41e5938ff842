/** The lab from the command line: what programs get, what happens on mistakes, and that a killed sweep goes on. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { writeEntry, writeHead } from '#core/agent/journal.ts'
import { instant } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { cli, MAIN } from '../support/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-lab-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const place = (name: string) => join(folder, name)

writeFileSync(
  place('story.toml'),
  `title = "A short pause"
about = "An hour, and a pause in it."
duration = "1h"
phase = "64s"
[[server]]
address = "192.0.2.1"
delay = "1ms"
jitter = "100us"
[[event]]
kind = "pause"
at = "30m"
length = "2s"
`,
)
writeFileSync(
  place('often.toml'),
  readFileSync(place('story.toml'), 'utf8').replace('length = "2s"', 'length = "2s"\nevery = "5m"'),
)
writeFileSync(
  place('ntp.conf'),
  'driftfile /var/lib/ntp/drift\nserver ntp.example iburst\nrestrict default\n',
)
writeFileSync(place('nobody.conf'), 'restrict default\n')
writeFileSync(place('listening.conf'), 'disable auth\nbroadcastclient\n')
writeFileSync(place('novolley.conf'), 'disable auth\nserver ntp.example\nbroadcastclient novolley\n')
writeFileSync(place('few.conf'), 'server a.example\nserver b.example\nminsources 2\nmakestep 1 -1\n')
writeFileSync(place('chrony.conf'), 'pool pool.example iburst maxsources 3\nmakestep 1 -1\nrtcsync\n')

const SPREAD = { median: expect.anything(), p10: expect.anything(), p90: expect.anything() }
const SUMMARY = {
  runs: 2,
  timeTo10ms: { never: expect.any(Number) },
  timeTo1ms: { never: expect.any(Number) },
  worst: SPREAD,
  overshoot: SPREAD,
  rms: SPREAD,
  max: SPREAD,
  steps: SPREAD,
  backwardSteps: SPREAD,
  packets: SPREAD,
  exits: 0,
}

writeFileSync(place('timesyncd.conf'), '[Time]\n#NTP=\n#FallbackNTP=0.debian.pool.ntp.org\n')
writeFileSync(
  place('told.toml'),
  `${readFileSync(place('story.toml'), 'utf8')}[[player]]\ndaemon = "timesyncd"\nfile = "timesyncd.conf"\n`,
)

describe('run and compare', () => {
  test('a timesyncd.conf as it comes is played the same by each command, and it is said with whom', async () => {
    const common = ['--seeds', '2', '--json']
    const commands = [
      ['lab', 'run', place('told.toml'), ...common],
      ['lab', 'compare', place('story.toml'), '--with', place('timesyncd.conf'), ...common],
    ]
    const [told, compared] = await Promise.all(
      commands.map(async args => JSON.parse((await cli(args)).stdout)),
    )
    for (const { notes } of [told, compared])
      expect(notes).toEqual([expect.stringMatching(/timesyncd.conf: the servers of the story stand for/)])
    expect({ ...told.players[0], name: '' }).toEqual({ ...compared.players[0], name: '' })
    expect(told.players[0].packets.median).toBeGreaterThan(3)
  })

  test('for programs', async () => {
    const { code, stdout } = await cli(['lab', 'run', place('story.toml'), '--seeds', '2', '--json'])
    expect(code).toBe(0)
    const said = JSON.parse(stdout)
    expect(said).toMatchObject({ scenario: { title: 'A short pause', duration: 3600 }, seeds: 2, notes: [] })
    expect(said.players.map(({ name }: { name: string }) => name)).toEqual([
      'ntpd-4.2.8',
      'chrony-debian',
      'clockwright',
    ])
    for (const player of said.players) expect(player).toMatchObject(SUMMARY)
  })

  test('servers that the story does not have are told of, also in the report, and can be played', async () => {
    const args = [
      'lab',
      'compare',
      place('story.toml'),
      '--with',
      place('chrony.conf'),
      '--seeds',
      '1',
      '--json',
    ]
    const html = ['--html', place('servers.html')]
    const [few, many] = await Promise.all([cli([...args, ...html]), cli([...args, '--servers', '3'])])
    const notes = [
      'chrony.conf: it asks 3 servers, and this story has 1: the others are not played',
      'with --servers 3 the story has that many, all alike',
    ]
    expect(JSON.parse(few.stdout).notes).toEqual(notes)
    expect(readFileSync(place('servers.html'), 'utf8')).toContain(notes[0])
    expect(JSON.parse(many.stdout).notes).toEqual([])
    const packets = ({ stdout }: typeof few) => JSON.parse(stdout).players[0].packets.median
    // Of a pool it takes three.
    expect(packets(many) / packets(few)).toBeGreaterThan(2)
  })

  test('how many servers that differ there are is for the story to say', async () => {
    const { code, stderr } = await cli(['lab', 'run', 'two-falsetickers', '--servers', '2'])
    expect(code).toBe(3)
    expect(stderr).toContain('the servers of two-falsetickers are not alike')
    expect((await cli(['lab', 'run', 'pause-4s', '--servers', '9'])).stderr).toContain('from 1 to 8')
  })

  test('more often than anybody needs, or memory has room for, is bad usage', async () => {
    const { code, stderr } = await cli(['lab', 'run', place('story.toml'), '--seeds', '1000000000'])
    expect(code).toBe(3)
    expect(stderr).toContain('10000 at most')
  })

  test('side by side, with configurations of real machines; files to send', async () => {
    const { code, stdout } = await cli([
      ...['lab', 'compare', place('story.toml'), '--seeds', '2'],
      ...['--with', `ntpd-4.2.6p5,-g,-x:${place('ntp.conf')}`, '--with', place('chrony.conf')],
      ...['--with', 'none', '--svg', place('a.svg'), '--html', place('a.html')],
    ])
    expect(code).toBe(0)
    const [head] = stdout.match(/^ +ntpd-4.2.6p5 -g -x ntp.conf +chrony.conf +none$/m) ?? []
    expect(head).toBeDefined()
    expect(stdout).toMatch(/^to < 10 ms .*never$/m)
    expect(stdout).toContain('▲ pause')
    expect(readFileSync(place('a.svg'), 'utf8')).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    const page = readFileSync(place('a.html'), 'utf8')
    expect(page).toContain('<h1>A short pause</h1>')
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
  })

  test('the same again gives the same bytes, whatever the number of threads', async () => {
    const args = ['lab', 'run', place('story.toml'), '--player', 'clockwright', '--json']
    const [one, two] = [await cli([...args, '--seeds', '9']), await cli([...args, '--seeds', '9'])]
    expect(one.stdout).toBe(two.stdout)
  })

  test.each([
    [['lab', 'run', 'pause-30'], 'did you mean `pause-30s`?'],
    [['lab', 'compare', 'pause-30s', '--with', 'chrony-debia'], 'did you mean chrony-debian?'],
    [['lab', 'compare', 'pause-30s', '--with', 'chrony'], 'did you mean chrony-debian or chrony-rhel?'],
    [['lab', 'compare', 'pause-30s', '--with', 'bananas-3:x'], 'bananas-3 is no daemon'],
    [['lab', 'sweep', 'pause-30s', '--over', 'paus=1'], 'there is no paus to turn'],
    [['lab', 'sweep', 'pause-30s', '--over', 'pause=1,2', '--over', 'pause=3'], 'pause is given twice'],
    [['lab', 'sweep', place('story.toml'), '--over', 'step=1s,2s'], 'there are: pause, offset'],
    [['lab', 'sweep', place('often.toml'), '--over', 'pause=1s,1h'], 'shorter than what it repeats'],
    [['lab', 'forecast', '--pause', '-3', '--daemon', 'chrony'], 'a length has no sign'],
    [['lab', 'forecast', '--pause', '3', '--daemon', 'bananas'], 'bananas is no daemon'],
    [['lab', 'forecast', '--pause', '3', '--daemon', 'ntpd-9.9.9'], 'ntpd-9.9.9 is no daemon'],
    [['lab', 'forecast', '--pause', '3', '--daemon', 'ntpd-3.5'], 'ntpd-3.5 is no daemon'],
    [
      ['lab', 'forecast', '--pause', '3', '--daemon', 'chrony', '--options', '-x'],
      'does not touch the clock',
    ],
    [['lab', 'forecast', '--pause', '3', '--daemon', 'timesyncd', '--options', '-g'], 'are for ntpd only'],
    [
      ['lab', 'compare', 'pause-4s', '--with', `chrony,-x:${place('chrony.conf')}`],
      'does not touch the clock',
    ],
    [['lab', 'forecast', '--pause', '3', '--config', '/none'], '/none: there is no such file'],
    [['lab', 'forecast', '--pause', '0', '--daemon', 'chrony'], 'more than zero'],
    [['lab', 'forecast', '--pause', '400d', '--daemon', 'chrony'], '31 days at most'],
    [['lab', 'forecast', '--pause', '3', '--config', place('nobody.conf')], 'names no server'],
    [
      ['lab', 'forecast', '--pause', '3', '--config', place('listening.conf')],
      'nobody sends his time by himself',
    ],
    [['lab', 'compare', 'pause-4s', '--with', place('listening.conf')], 'nobody sends his time by himself'],
    [['lab', 'replay', MAIN], 'neither a journal of clockwright'],
  ])('%j is a mistake that is explained', async (args, text) => {
    const { code, stderr } = await cli(args)
    expect(code).toBe(3)
    expect(stderr).toContain(text)
    expect(stderr).not.toContain('    at ')
  })
})

test('list', async () => {
  const { stdout } = await cli(['lab', 'list', '--json'])
  const { scenarios, players } = JSON.parse(stdout)
  expect(scenarios.map(({ name }: { name: string }) => name)).toContain('pause-30s')
  expect(players.map(({ name }: { name: string }) => name)).toContain('chrony-debian')
})

test('forecast: the operator gets figures, and what would help', async () => {
  const { code, stdout } = await cli([
    ...['lab', 'forecast', '--config', place('ntp.conf'), '--daemon', 'ntpd-4.2.8'],
    ...['--options', '-g -x', '--pause', '4.3', '--uptime', '1h', '--seeds', '4', '--json'],
  ])
  expect(code).toBe(0)
  const said = JSON.parse(stdout)
  expect(said).toMatchObject({
    model: 'ntpd 4.2.8 -g -x',
    runs: 4,
    timeTo10ms: { never: expect.any(Number) },
    exits: 0,
    worst: expect.any(Number),
  })
  const names = said.changes.map(({ name }: { name: string }) => name)
  expect(names).toContain('no -x')
  expect(names).toContain('clockwright')
  for (const change of said.changes) {
    expect(change).toMatchObject({ runs: 4, how: expect.any(String), exits: 0, worst: expect.any(Number) })
    expect(change.timeTo10ms).toHaveProperty('median')
  }
  const times = said.changes.map(
    ({ timeTo10ms }: { timeTo10ms: { median: number | null } }) => timeTo10ms.median ?? 1e9,
  )
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

test('forecast: what is assumed is what is played, and strange options are told', async () => {
  const asked = ['--pause', '1', '--uptime', '10m', '--seeds', '1', '--json']
  const ours = JSON.parse((await cli(['lab', 'forecast', '--daemon', 'clockwright', ...asked])).stdout)
  const begun = expect.stringContaining('its frequency in the drift file')
  expect(ours).toMatchObject({
    servers: 1,
    driftfile: true,
    assumed: ['No configuration was given: 1 server, iburst.', begun],
  })
  const ntpd = await cli(['lab', 'forecast', '--daemon', 'ntpd-4.2.8', '--options', '-g -Z --frob', ...asked])
  expect(JSON.parse(ntpd.stdout).assumed.join()).toContain('Ntpd does not start with -Z --frob')
})

test('forecast: servers are where their names say, unless it is said where they are', async () => {
  writeFileSync(place('public.conf'), 'server ntp1.lan iburst\npool 2.debian.pool.ntp.org iburst\n')
  const asked = ['--config', place('public.conf'), '--daemon', 'chrony', '--pause', '1', '--uptime', '10m']
  const [told, near] = await Promise.all(
    [[], ['--network', 'lan']].map(async network =>
      JSON.parse((await cli(['lab', 'forecast', ...asked, ...network, '--seeds', '1', '--json'])).stdout),
    ),
  )
  expect(told).toMatchObject({ network: 'both', servers: 5 })
  expect(told.assumed.join()).toContain('4 of the 5 servers are somewhere on the internet')
  expect(near).toMatchObject({ network: 'lan', servers: 5 })
  expect(near.assumed.join()).not.toContain('internet')
})

test('forecast: Ctrl-C gives what is known so far', async () => {
  const interruptedAfter = async (ms: number) => {
    const child = spawn(
      process.execPath,
      [
        ...['--disable-warning=ExperimentalWarning', MAIN, 'lab', 'forecast', '--daemon', 'ntpd-4.2.8p15'],
        ...['--pause', '4s', '--uptime', '1h', '--seeds', '10000', '--json'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    const ended = new Promise<number | null>(resolve => child.once('close', resolve))
    await new Promise(resolve => setTimeout(resolve, ms))
    child.kill('SIGINT')
    return { code: await ended, text }
  }
  // Before anything is known there is nothing to print: on a busy machine that takes longer.
  let said = await interruptedAfter(5000)
  for (const ms of [15_000, 40_000]) if (said.text === '') said = await interruptedAfter(ms)
  expect(said.code).toBe(130)
  const { runs, timeTo10ms, interrupted } = JSON.parse(said.text)
  expect(runs).toBeGreaterThan(0)
  expect(runs).toBeLessThanOrEqual(interrupted.after)
  expect(interrupted.after).toBeLessThan(interrupted.of)
  expect(timeTo10ms.median).toBeGreaterThan(0)
})

test('replay: a journal becomes a story, and others are played in it', async () => {
  const config = {
    ...AGENT_DEFAULTS,
    sources: [1, 2].map(i => ({ ...SOURCE_DEFAULTS, name: `${i}`, address: `192.0.2.${i}` })),
  }
  const sim = new Simulation({
    seed: 1,
    start: instant(1_796_083_200_000_000_000n),
    oscillator: { frequencyError: 35e-6 },
    servers: [1, 2].map(i => ({ address: `192.0.2.${i}`, link: symmetricLink(1e-3, 1e-4) })),
    pauses: [{ at: 4000, length: 3, witness: { name: 'rtc', after: 0.1, uncertainty: 0.01 } }],
  })
  const lines = [writeHead('test', config)]
  let random: number[] = []
  const agent = new Agent(config, () => {
    random.push(sim.world.random())
    return random.at(-1)!
  })
  drive(sim.world, agent, event => {
    lines.push(writeEntry({ event, random }))
    random = []
  })
  sim.run(9000)
  writeFileSync(place('agent.journal'), `${lines.join('\n')}\n{"torn`)
  const { code, stdout } = await cli([
    ...['lab', 'replay', place('agent.journal'), '--with', 'chrony-debian', '--with', 'none'],
    ...['--seeds', '2', '--json', '--write', place('again.toml')],
  ])
  expect(code).toBe(0)
  const { players, notes } = JSON.parse(stdout)
  expect(players.map(({ name }: { name: string }) => name)).toEqual(['chrony-debian', 'none'])
  expect(notes.join()).toMatch(/The recording: \d+ samples.*gains \+3[45].*1 lines are torn/)
  const again = await cli(['lab', 'run', place('again.toml'), '--seeds', '1', '--json'])
  expect(JSON.parse(again.stdout).scenario.title).toBe('What was recorded')
})

test('replay: a journal of some seconds is refused, with what is needed', async () => {
  const lines = readFileSync(place('agent.journal'), 'utf8').split('\n')
  writeFileSync(place('short.journal'), lines.slice(0, 40).join('\n'))
  const { code, stderr } = await cli(['lab', 'replay', place('short.journal')])
  expect(code).toBe(3)
  expect(stderr).toContain(
    'short.journal: has samples of too short a time to tell what the clock gains: 300 s at least',
  )
})

describe('sweep', () => {
  const args = (results: string) => [
    ...['lab', 'sweep', place('story.toml'), '--over', 'pause=0.5..50:5', '--over', 'jitter=100us,5ms'],
    ...['--over', 'player=chrony-debian,ntpd-4.2.8', '--seeds', '15', '--results', results, '--json'],
  ]

  test('what of a configuration is not played is in its JSON, too', async () => {
    const player = `player=ntpd-4.2.8p15,-g:${place('novolley.conf')}`
    const results = ['--results', place('novolley.jsonl'), '--seeds', '1', '--json']
    const { stdout } = await cli([
      'lab',
      'sweep',
      place('story.toml'),
      '--over',
      player,
      '--over',
      'pause=1,2',
      ...results,
    ])
    expect(JSON.parse(stdout).notes).toEqual([expect.stringContaining('with `novolley` nobody is heard')])
  })

  test('who asks more servers than there are is told, and servers can be an axis', async () => {
    const usual = ['lab', 'sweep', place('story.toml'), '--seeds', '1', '--json', '--fresh']
    const over = ['--over', `player=${place('few.conf')}`, '--results', place('few.jsonl')]
    const one = JSON.parse((await cli([...usual, ...over, '--over', 'pause=1,2'])).stdout)
    expect(one.notes).toEqual([
      expect.stringContaining('it asks 2 servers'),
      expect.stringContaining('follows nobody unless 2 agree (minsources)'),
      expect.stringContaining('--servers 2'),
    ])
    const { cells, notes } = JSON.parse((await cli([...usual, ...over, '--over', 'servers=1..2'])).stdout)
    expect(notes).toEqual(one.notes.slice(0, 2).map((note: string) => `servers 1: ${note}`))
    expect(cells.map((cell: { timeTo10ms: { never: number } }) => cell.timeTo10ms.never)).toEqual([1, 0])
  })

  test('each player asks as many servers as there are, be it one that is known or one of the story', async () => {
    const packets = async (...more: string[]) => {
      const { stdout } = await cli([
        ...[
          'lab',
          'sweep',
          place('story.toml'),
          '--over',
          'servers=1,4',
          '--seeds',
          '1',
          '--json',
          '--fresh',
        ],
        ...['--results', place('many.jsonl'), ...more],
      ])
      const { cells, notes } = JSON.parse(stdout) as {
        cells: {
          player: string
          servers: number
          packets: { median: number }
          timeTo10ms: { never: number }
        }[]
        notes: string[]
      }
      return { cells, notes }
    }
    const { cells, notes } = await packets('--over', 'player=chrony-debian,ntpd-rs,ntpd-rs')
    expect(cells.map(({ player, servers }) => [player, servers])).toEqual([
      ['chrony-debian', 1],
      ['chrony-debian', 4],
      ['ntpd-rs', 1],
      ['ntpd-rs', 4],
      ['ntpd-rs (2)', 1],
      ['ntpd-rs (2)', 4],
    ])
    expect(cells[1]!.packets.median).toBeGreaterThan(3 * cells[0]!.packets.median)
    expect(cells.slice(2).map(cell => cell.timeTo10ms.never)).toEqual([1, 0, 1, 0])
    expect(notes).toHaveLength(2)
    const own = await packets()
    for (const [i, { servers, packets }] of own.cells.entries())
      if (servers === 4) expect(packets.median).toBeGreaterThan(2 * own.cells[i - 1]!.packets.median)
  })

  test('a killed one goes on, and comes to what an undisturbed one does', async () => {
    const whole = JSON.parse((await cli(args(place('whole.jsonl')))).stdout)
    expect(whole.cells).toHaveLength(20)
    expect(whole.notes).toEqual([])
    expect(whole.cells[0]).toMatchObject({ player: 'chrony-debian', pause: 0.5, jitter: 100e-6, runs: 15 })

    const results = place('killed.jsonl')
    const lines = () => {
      try {
        return readFileSync(results, 'utf8').split('\n').length
      } catch {
        return 0
      }
    }
    const child = spawn(process.execPath, [MAIN, ...args(results)], { stdio: 'ignore' })
    const ended = new Promise(done => child.once('exit', done))
    while (lines() < 20) await new Promise(done => setTimeout(done, 20))
    child.kill('SIGKILL')
    await ended
    const kept = lines()
    const { code, stdout } = await cli(args(results))
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(whole)
    // Some were kept, and each of the others was played once.
    expect(kept).toBeGreaterThanOrEqual(20)
    expect(lines()).toBeLessThanOrEqual(304)
  })

  test('as a heat map', async () => {
    const { stdout } = await cli([
      ...['lab', 'sweep', place('story.toml'), '--over', 'pause=1,600', '--seeds', '1'],
      ...['--results', place('heat.jsonl'), '--svg', place('heat.svg')],
    ])
    expect(stdout).toMatch(/player +1\.00 s +10 min/)
    expect(readFileSync(place('heat.svg'), 'utf8')).toContain('A short pause: median time')
  })
})

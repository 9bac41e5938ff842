import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { parse } from 'smol-toml'
import * as v from 'valibot'
import { afterAll, describe, expect, test } from 'vitest'
import { play } from '#lab/play.ts'
import { playersOf } from '#lab/players/of-scenario.ts'
import { printScenario } from '#lab/scenario/print.ts'
import { scenarioSchema } from '#lab/scenario/schema.ts'
import { installedScenarios, readScenario, ScenarioError } from './scenario-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-scenario-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const GOOD = 'title = "x"\nabout = "y"\nduration = "1h"\n[[server]]\naddress = "192.0.2.1"\n'

function problems(text: string): string[] {
  const file = join(folder, 'story.toml')
  writeFileSync(file, text)
  try {
    readScenario(file)
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(each => each.replace(`${folder}/`, ''))
    throw error
  }
  return []
}

const NO_CLOCK = 'must be from -500000 to 1000000: a clock that stands still or runs back is none'

describe('a scenario', () => {
  test('needs title, about, duration and a server', () => {
    expect(problems(GOOD)).toEqual([])
    expect(problems('')).toHaveLength(4)
  })

  test('a daemon may be started without options', () => {
    const player = `[[player]]\nname = "x"\ndaemon = "ntpd-4.2.8p15"\nconfig = "server 192.0.2.1"\n`
    expect(problems(`${GOOD}\n${player}options = ""\n`)).toEqual([])
    expect(problems(`${GOOD}\n${player}options = "${'-g '.repeat(80)}"\n`)).toEqual([
      expect.stringContaining('`options` in [[player]] must have 200 characters at most'),
    ])
  })

  test.each([
    ['titlee = 3\n', 'story.toml:1: unknown key `titlee`; did you mean `title`?'],
    ['', 'story.toml:6: `delay` in [[server]] must be a duration', 'delay = "5 bananas"'],
    ['', 'story.toml:6: `delay` in [[server]] must not be negative', 'delay = -1'],
    [
      '',
      'story.toml:8: `at` in [[event]] must not be negative',
      '[[event]]\nkind = "pause"\nat = "-1h"\nlength = "3s"',
    ],
    [
      '',
      'story.toml:9: `length` in [[event]] must not be negative',
      '[[event]]\nkind = "pause"\nat = "10s"\nlength = "-3s"',
    ],
    ['', 'story.toml:7: `kind` in [[event]] must be one of "pause"', '[[event]]\nkind = "pauze"\nat = 3'],
    [
      '',
      'story.toml:9: unknown key `lenght` in [[event]]; did you mean `length`?',
      '[[event]]\nkind = "pause"\nat = 3\nlenght = 3'.replace('[[event]]\n', '[[event]]\n'),
    ],
    ['', 'story.toml:6: `length` is missing in [[event]]', '[[event]]\nkind = "pause"\nat = 3'],
    ['', 'story.toml:8: `at` is after the end', '[[event]]\nkind = "pause"\nat = "2h"\nlength = 1'],
    [
      '',
      'there is no [[server]] with the address 192.0.2.9',
      '[[event]]\nkind = "lie"\nat = 3\noffset = 1\nserver = "192.0.2.9"',
    ],
    [
      '',
      'story.toml:9: `length` lasts beyond the end of the story',
      '[[event]]\nkind = "pause"\nat = "10s"\nlength = "40d"',
    ],
    [
      '',
      'story.toml:9: `steal` must be below 1: a guest that never runs is paused',
      '[[event]]\nkind = "load"\nat = "10s"\nsteal = 1',
    ],
    [
      '',
      'story.toml:8: `tools` is impossible with kvm-clock; it needs "hyper-v"',
      '[hypervisor]\nfamily = "kvm-clock"\ntools = "hv-utils"',
    ],
    [
      '',
      'story.toml:8: `tools` is impossible with bare-metal; it needs "kvm-clock", "kvm-tsc"',
      '[hypervisor]\nfamily = "bare-metal"\ntools = "qemu-guest-agent"',
    ],
    ['', 'story.toml:7: `use` in [[player]] must be one of "clockwright"', '[[player]]\nuse = "crony"'],
    ['', 'story.toml:7: `daemon` needs a configuration', '[[player]]\ndaemon = "chrony"'],
    ['', 'story.toml:6: a [[player]] needs `use` or `daemon`', '[[player]]'],
    ['', 'story.toml:8: `daemon` cannot stand beside `use`', '[[player]]\nuse = "none"\ndaemon = "chrony"'],
    ['', 'story.toml:8: `config` names no server', '[[player]]\ndaemon = "chrony"\nconfig = "bananas"'],
    [
      '',
      'story.toml:8: `file` in [[player]] none.conf: there is no such file',
      '[[player]]\ndaemon = "chrony"\nfile = "none.conf"',
    ],
    [
      '',
      'story.toml:9: there are two players `none`'.replace('there', '`use` there'),
      '[[player]]\nuse = "none"\n[[player]]\nuse = "none"',
    ],
    ['', 'story.toml:7: `after` is after the end of the story', '[judged]\nafter = "2h"'],
    ['', 'story.toml:9: `until` is not after `at`', '[[event]]\nkind = "network"\nat = 9\nuntil = 8'],
    [
      '',
      'story.toml:7: `kind` in [[event]] must be one of "pause", "suspend", "sleep", "migrate", "revert", "host-step", "load", "step", "network", "lie", "server", "leap-second"; did you mean "migrate"?',
      '[[event]]\nkind = "migrat"\nat = 3',
    ],
    [
      '',
      'story.toml:7: `family` in [hypervisor] must be one of "kvm-clock"',
      '[hypervisor]\nfamily = "vmvare"',
    ],
    ['', '; did you mean "vmware"?', '[hypervisor]\nfamily = "vmvare"'],
    [
      '',
      'story.toml:7: `kind` needs a [hypervisor]: its family says',
      '[[event]]\nkind = "migrate"\nat = 3\ndowntime = 1',
    ],
    [
      '',
      'story.toml:9: `kind` is impossible with bare-metal; possible are: "suspend", "sleep"',
      '[hypervisor]\nfamily = "bare-metal"\n[[event]]\nkind = "pause"\nat = 3\nlength = 1',
    ],
    [
      '',
      'story.toml:12: `noticed` cannot stand beside [hypervisor]',
      '[hypervisor]\nfamily = "vmware"\n[[event]]\nkind = "pause"\nat = 3\nlength = 1\nnoticed = 1',
    ],
    [
      '',
      'story.toml:10: `snapshot` is not before `at`',
      '[hypervisor]\nfamily = "vmware"\n[[event]]\nkind = "revert"\nsnapshot = 9\nat = 3',
    ],
    [
      '',
      'story.toml:12: `at` comes while the guest is stopped by a `pause`',
      '[[event]]\nkind = "pause"\nat = 3\nlength = 60\n[[event]]\nkind = "pause"\nat = 20\nlength = 60',
    ],
    ['', 'story.toml:7: `lostticks` needs `ticks`', '[guest]\nlostticks = 0.1'],
    ['', `story.toml:7: \`frequencyerror\` in [guest] ${NO_CLOCK}`, '[guest]\nfrequencyerror = -1000000'],
    ['', `story.toml:7: \`gains\` in [[cpu]] ${NO_CLOCK}`, '[[cpu]]\ngains = -1000000'],
    ['', 'story.toml:7: `jump` needs `jumpevery`', '[guest]\njump = 57'],
    ['', 'story.toml:8: `jumpevery` in [guest] must be whole seconds', '[guest]\njump = 57\njumpevery = 1.5'],
    ['', 'story.toml:7: `clock` needs [[cpu]]', '[judged]\nclock = "date"'],
    [
      '',
      'story.toml:10: `every` comes more than 100000 times',
      '[[event]]\nkind = "step"\nat = 3\nby = 1\nevery = 0.001',
    ],
  ])('%j: %s', (before, expected, after = '') => {
    const found = problems(`${before}${GOOD}${after}\n`)
    expect(found.join('\n')).toContain(expected)
  })

  test('any text gives a scenario or named problems', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), text => void problems(text)),
      { numRuns: 100 },
    )
  })

  test('cannot write to the terminal what it likes', () => {
    expect(problems(GOOD.replace('"y"', '"a\\u001b[2Jb"')).join()).toContain(
      '`about` must not hold control characters',
    )
  })

  test('that does not exist is said, with the nearest name', () => {
    expect(() => readScenario('pause-30')).toThrow('did you mean `pause-30s`?')
    expect(() => readScenario('./none.toml')).toThrow('./none.toml: there is no such file')
  })

  test('says what of its configurations is not played, by file and line, and plays the rest', () => {
    const file = join(folder, 'told.toml')
    writeFileSync(
      join(folder, 'rhel.conf'),
      'server ntp.example iburst\nincludefile /etc/ntp/crypto/pw\nbananas\n',
    )
    writeFileSync(
      file,
      `${GOOD}[[player]]
daemon = "ntpd-4.2.6p5"
options = "-g"
file = "rhel.conf"
[[player]]
daemon = "openntpd"
config = "servers pool.example\\nsensor *"
[[player]]
daemon = "timesyncd"
config = "[Time]"
`,
    )
    const { scenario, notes } = readScenario(file)
    expect(notes).toEqual([
      'rhel.conf: line 2: other files are not read',
      'rhel.conf: line 3: no command of ntpd that is known here',
      expect.stringMatching(/^`config` of openntpd: it runs on Linux/),
      '`config` of openntpd: line 2: no server that is asked over the network',
      '`config` of timesyncd: the servers of the story stand for those that are compiled in',
    ])
    for (const player of playersOf(scenario))
      expect(play({ scenario, player, seed: 1 }).run.packetsSent).toBeGreaterThan(0)
  })

  test('may have its configurations in files beside it', () => {
    writeFileSync(join(folder, 'chrony.conf'), 'server 192.0.2.1 iburst\nmakestep 1 -1\n')
    const file = join(folder, 'with-file.toml')
    writeFileSync(file, `${GOOD}[[player]]\ndaemon = "chrony"\nfile = "chrony.conf"\n`)
    expect(playersOf(readScenario(file).scenario)).toMatchObject([
      { kind: 'chronyd', config: 'server 192.0.2.1 iburst\nmakestep 1 -1\n' },
    ])
  })
})

describe.each(installedScenarios().map(path => [basename(path, '.toml'), path]))('%s', (_, path) => {
  const { scenario } = readScenario(path!)

  test('says in a sentence or two what it is about', () => {
    expect(scenario.about.trim()).toMatch(/\.$/)
    expect(scenario.title).not.toMatch(/\.$/)
  })

  test('plays, with each of its players', () => {
    const short = { ...scenario, duration: 600, judged: {} }
    for (const player of playersOf(scenario)) {
      const { run } = play({ scenario: short as typeof scenario, player, seed: 1 })
      expect(run.offsets.every(Number.isFinite)).toBe(true)
      if (player.kind !== 'none') expect(run.packetsSent).toBeGreaterThan(0)
    }
  })

  test('is the same when it is written and read again', () => {
    expect(v.parse(scenarioSchema, parse(printScenario(scenario)))).toEqual(scenario)
  })
})

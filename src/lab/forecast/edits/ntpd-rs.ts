/** What of ntp.toml may stand in the way of a clock that is to come back soon. */
import { parse, stringify, type TomlTable } from 'smol-toml'
import type { Seconds } from '#core/time/units.ts'
import { NTPD_RS_DEFAULTS, parseNtpdRsConf, tableOf } from '#dialects/ntpd-rs/conf.ts'
import { namedBy, type PlayerSpec, serversAsked } from '../../players/player.ts'
import { SHORT, sayShortPollsForAll, shortPollsForAll } from '../short-polls.ts'
import { type Edit, NEAR, ofText } from './edit.ts'

type NtpdRs = Extract<PlayerSpec, { kind: 'ntpd-rs' }>

export function ntpdRsEdits(player: NtpdRs, pause: Seconds): Edit<NtpdRs>[] {
  const { settings } = parseNtpdRsConf(player.config, 'ntp.toml')
  const asked = serversAsked(player)
  const edits: Edit<NtpdRs>[] = []
  const synchronization = (keys: TomlTable) => setting('synchronization', keys)
  if (settings.minimumAgreeingSources > asked)
    edits.push({
      name: `minimum-agreeing-sources ${asked}`,
      how: `write "minimum-agreeing-sources = ${asked}" in [synchronization]: nobody is believed where fewer are asked than must agree`,
      apply: synchronization({ 'minimum-agreeing-sources': asked }),
    })
  const { forward, backward } = settings.singleStepPanicThreshold
  if (pause > NEAR * forward)
    edits.push({
      name: 'steps forward of any size',
      how: `write "single-step-panic-threshold = { forward = "inf", backward = ${backward === Number.POSITIVE_INFINITY ? '"inf"' : backward} }" in [synchronization], or ntpd-rs ends`,
      apply: synchronization({
        'single-step-panic-threshold': {
          forward: 'inf',
          backward: backward === Number.POSITIVE_INFINITY ? 'inf' : backward,
        },
      }),
    })
  if (pause > NEAR * settings.accumulatedStepPanicThreshold)
    edits.push({
      name: 'no accumulated-step-panic-threshold',
      how: 'take "accumulated-step-panic-threshold" out, or ntpd-rs ends',
      apply: synchronization({ 'accumulated-step-panic-threshold': 0 }),
    })
  if (settings.stepThreshold > NTPD_RS_DEFAULTS.stepThreshold)
    edits.push({
      name: 'no step-threshold',
      how: `take "step-threshold" out: the default, ${NTPD_RS_DEFAULTS.stepThreshold} s, steps more`,
      apply: synchronization({ algorithm: { 'step-threshold': NTPD_RS_DEFAULTS.stepThreshold } }),
    })
  if (settings.pollMax > SHORT) {
    const servers = namedBy(player)
    const [min, max] = shortPollsForAll(servers)
    edits.push({
      ...sayShortPollsForAll(
        servers,
        ([least, most]) =>
          `write "poll-interval-limits = { min = ${least}, max = ${most} }" in [source-defaults]`,
      ),
      apply: setting('source-defaults', { 'poll-interval-limits': { min, max } }),
    })
  }
  return edits
}

/** Keys of a table at the top, beside those that it has. What is no TOML stays as it is. */
const setting = (table: string, keys: TomlTable) =>
  ofText(config => {
    try {
      const all = parse(config)
      return stringify({ ...all, [table]: merged(tableOf(all[table]), keys) })
    } catch {
      return config
    }
  })

const merged = (table: TomlTable, keys: TomlTable): TomlTable => ({
  ...table,
  ...keys,
  ...('algorithm' in keys && { algorithm: { ...tableOf(table.algorithm), ...tableOf(keys.algorithm) } }),
})

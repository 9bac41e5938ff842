/** The settings of a known daemon that are worth trying: polls, and what it does with a clock that is far off. */
import type { JSX } from 'preact'
import { duration } from '#core/time/format.ts'
import { parseDuration } from '#core/time/parse-duration.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { settingsOf, type Tuning } from '#lab/players/tuned.ts'
import { LEAST_POLL, MOST_POLL } from './setup.ts'
import { Slider } from './slider.tsx'
import { Written } from './written.tsx'

/** Of ntpd and of chronyd alike. */
const USUAL_POLLS = [6, 10] as const

/** What is written, and what it does. */
const MAKESTEPS: readonly (readonly [written: string, words: string])[] = [
  ['', 'as its package brings it: 1 s, in the first 3 updates'],
  ['never', 'never steps'],
  ['0.1 3', '0.1 s, in the first 3 updates'],
  ['1 -1', '1 s, at any time'],
  ['0.1 -1', '0.1 s, at any time'],
]

interface Props {
  readonly use: string
  readonly tuning: Tuning
  readonly onChange: (tuning: Tuning) => void
}

export function TuningForm({ use, tuning, onChange }: Props): JSX.Element {
  const settings = settingsOf(use)
  const set = (part: Tuning) => onChange({ ...tuning, ...part })
  const has = (setting: keyof Tuning) => settings.includes(setting)
  const usual = usualOf(use)
  return (
    <div class="tuning">
      {has('forgiving') && (
        <p class="flags">
          <Flag
            text="-g"
            title="One offset beyond the panic threshold is forgiven, at the start"
            on={tuning.forgiving ?? true}
            onChange={on => set({ forgiving: on ? undefined : false })}
          />
          <Flag
            text="-x"
            title="Slew what is below 600 s, at 500 ppm at most"
            on={tuning.slew ?? false}
            onChange={on => set({ slew: on ? true : undefined })}
          />
        </p>
      )}
      {has('polls') && <Polls polls={tuning.polls} onChange={polls => set({ polls })} />}
      {has('makestep') && (
        <label class="setting">
          <span>makestep</span>
          <select
            value={tuning.makestep === 'never' ? 'never' : tuning.makestep ? tuning.makestep.join(' ') : ''}
            onChange={event => set({ makestep: makestepOf(event.currentTarget.value) })}
          >
            {MAKESTEPS.map(([written, words]) => (
              <option key={written} value={written}>
                {words}
              </option>
            ))}
          </select>
        </label>
      )}
      {(['step', 'stepout', 'panic', 'maxdist'] as const).filter(has).map(name => (
        <div key={name} class="setting">
          <span>
            {statementOf(name)}
            {usual && <small> usually {usual[name]} s</small>}
          </span>
          <Written
            label={statementOf(name)}
            text={tuning[name] === undefined ? '' : String(tuning[name])}
            onWrite={written => {
              const read = parseDuration(written)
              if (read === undefined && written.trim() !== '') return false
              set({ [name]: read })
              return true
            }}
          />
        </div>
      ))}
    </div>
  )
}

const Flag = (props: {
  text: string
  title: string
  on: boolean
  onChange: (on: boolean) => void
}): JSX.Element => (
  <label title={props.title}>
    <input
      type="checkbox"
      checked={props.on}
      onChange={event => props.onChange(event.currentTarget.checked)}
    />{' '}
    <code>{props.text}</code>
  </label>
)

/** Two sliders that push each other. */
function Polls({
  polls,
  onChange,
}: {
  polls: Tuning['polls']
  onChange: (polls: Tuning['polls']) => void
}): JSX.Element {
  const [least, most] = polls ?? USUAL_POLLS
  const slide = (next: readonly [number, number]) =>
    onChange(next[0] === USUAL_POLLS[0] && next[1] === USUAL_POLLS[1] ? undefined : next)
  const shared = {
    positions: [LEAST_POLL, MOST_POLL] as const,
    onReset: () => onChange(undefined),
  }
  return (
    <>
      <Slider
        {...shared}
        label="Shortest poll"
        position={least}
        text={pollText(least)}
        turned={least !== USUAL_POLLS[0]}
        onSlide={poll => slide([poll, Math.max(poll, most)])}
      />
      <Slider
        {...shared}
        label="Longest poll"
        position={most}
        text={pollText(most)}
        turned={most !== USUAL_POLLS[1]}
        onSlide={poll => slide([Math.min(poll, least), poll])}
      />
    </>
  )
}

const pollText = (poll: number): string => (poll < 13 ? `${2 ** poll} s` : duration(2 ** poll))

const statementOf = (name: string): string => (name === 'maxdist' ? 'tos maxdist' : `tinker ${name}`)

function makestepOf(written: string): Tuning['makestep'] {
  if (written === 'never') return 'never'
  const [threshold, updates] = written.split(' ').map(Number)
  return threshold && updates ? [threshold, updates] : undefined
}

function usualOf(use: string) {
  const player = KNOWN_PLAYERS[use]?.player
  const version = player?.kind === 'ntpd' ? parseVersion(player.version) : undefined
  return version && defaultsOf(version)
}

/** Who keeps the clock: one line of the picture each, and what each is set to. */
import type { JSX } from 'preact'
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { settingsOf, type Tuning } from '#lab/players/tuned.ts'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import type { ScenarioPlayer } from '#lab/scenario/schema.ts'
import { plural } from '#report/words/say.ts'
import { ConfigurationForm } from './configuration.tsx'
import { Key } from './key.tsx'
import { tuningWords } from './lanes.ts'
import { OwnFile } from './own-file.tsx'
import { type Lane, MOST_LANES } from './setup.ts'
import {
  addLane,
  changeLane,
  fewServers,
  guesses,
  lanes,
  notes,
  refusals,
  scenario,
  story,
  unstarted,
} from './state.ts'
import { TuningForm } from './tuning.tsx'

export function Players(): JSX.Element {
  const all = lanes.value
  return (
    <fieldset class="players">
      <legend>Who keeps the clock</legend>
      <ol>
        {all.map((lane, at) => (
          <Player key={at} lane={lane} at={at} alone={all.length === 1} />
        ))}
      </ol>
      {all.length < MOST_LANES ? (
        <p class="more">
          <button type="button" class="plain-button" onClick={() => addLane(nextOf(all))}>
            Compare with another
          </button>
          <OwnFile />
        </p>
      ) : null}
    </fieldset>
  )
}

/** Somebody who does not play yet. */
function nextOf(all: readonly Lane[]): Lane {
  const use =
    Object.keys(KNOWN_PLAYERS).find(name => !all.some(each => each.kind === 'known' && each.use === name)) ??
    'none'
  return { kind: 'known', use, tuning: {} }
}

function Player({ lane, at, alone }: { lane: Lane; at: number; alone: boolean }): JSX.Element {
  const player = scenario.value?.player[at]
  const name = player ? nameOfPlayer(player) : '?'
  const refused = refusals.value[at]
  const unplayed = (notes.value.split('\0')[at] ?? '').split('\n').filter(note => note !== '')
  const few = (fewServers.value.split('\0')[at] ?? '').split('\n').filter(said => said !== '')
  const ends = unstarted.value.split('\0')[at] ?? ''
  const form = formOf(lane, at)
  return (
    <li>
      <div class="player">
        <Key lane={at} />
        <WhoSelect lane={lane} at={at} />
        <button
          type="button"
          class="reset"
          disabled={alone}
          aria-label={`Without ${name}`}
          title="Without this one"
          onClick={() => changeLane(at, undefined)}
        >
          ×
        </button>
      </div>
      {refused === undefined && ends !== '' ? <p class="failure unstarted">{ends}</p> : null}
      {form ? (
        <details>
          <summary>{lane.kind === 'known' ? settingsText(lane.tuning) : 'Its configuration'}</summary>
          {form}
        </details>
      ) : player?.config ? (
        <Told player={player} at={at} />
      ) : null}
      {lane.kind === 'file' && guesses.value[at] === '?' ? (
        <p class="guess">
          It could be of several daemons and is taken for {lane.daemon}; another is chosen in “Its
          configuration”.
        </p>
      ) : null}
      {refused === undefined
        ? few.map(said => (
            <p key={said} class="guess few-servers">
              {said}
            </p>
          ))
        : null}
      {refused === undefined ? null : <p class="failure">It cannot be played: {refused}</p>}
      {unplayed.length > 0 ? (
        <details class="notes">
          <summary>{plural(unplayed.length, 'thing')} in it that the lab does not play</summary>
          <ul>
            {unplayed.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  )
}

function settingsText(tuning: Tuning): string {
  const words = tuningWords(tuning)
  return words.length === 0 ? 'Settings' : `Settings: ${words.join(', ')}`
}

function formOf(lane: Lane, at: number): JSX.Element | undefined {
  if (lane.kind === 'file')
    return <ConfigurationForm lane={lane} onChange={changed => changeLane(at, changed)} />
  if (lane.kind === 'known' && settingsOf(lane.use).length > 0)
    return (
      <TuningForm
        use={lane.use}
        tuning={lane.tuning}
        onChange={tuning => changeLane(at, { ...lane, tuning })}
      />
    )
  return undefined
}

/** One whom the story brings with a configuration of his own: it can be read, and taken over to be changed. */
function Told({ player, at }: { player: ScenarioPlayer; at: number }): JSX.Element {
  const { daemon = '', options = '', config = '' } = player
  return (
    <details>
      <summary>Its configuration</summary>
      <pre class="told">{[`${daemon} ${options}`.trim(), config.trim()].join('\n')}</pre>
      <button
        type="button"
        class="plain-button"
        onClick={() =>
          changeLane(at, {
            kind: 'file',
            name: nameOfPlayer(player).slice(0, 40),
            daemon,
            options,
            text: config,
          })
        }
      >
        Change it
      </button>
    </details>
  )
}

/** The players of the story, those that are known, and the file that plays here, if one does. */
function WhoSelect({ lane, at }: { lane: Lane; at: number }): JSX.Element {
  const told = story.value?.scenario.player ?? []
  const value = lane.kind === 'known' ? lane.use : lane.kind === 'told' ? `@${lane.place}` : 'file'
  return (
    <select
      aria-label={`Line ${at + 1}: who keeps the clock`}
      value={value}
      onChange={event => {
        const chosen = event.currentTarget.value
        const place = /^@(\d+)$/.exec(chosen)?.[1]
        if (place !== undefined) changeLane(at, { kind: 'told', place: Number(place) })
        else if (chosen !== 'file') changeLane(at, { kind: 'known', use: chosen, tuning: {} })
      }}
    >
      {lane.kind === 'file' ? <option value="file">{lane.name}</option> : null}
      {told.some(({ config }) => config !== undefined) || lane.kind === 'told' ? (
        <optgroup label="Of this story">
          {told.map((player, place) => (
            <option key={place} value={`@${place}`}>
              {nameOfPlayer(player)}
            </option>
          ))}
        </optgroup>
      ) : null}
      <optgroup label="Known">
        {Object.entries(KNOWN_PLAYERS).map(([name, { about }]) => (
          <option key={name} value={name} title={about}>
            {name}
          </option>
        ))}
      </optgroup>
    </select>
  )
}

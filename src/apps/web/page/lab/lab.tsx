/** A migration rehearsed in the browser: what happens, who keeps the clock, and how long it is wrong, while one drags. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import { FiguresTable } from './figures.tsx'
import { takeFiles } from './own-file.tsx'
import { Picture } from './picture.tsx'
import { Players } from './players.tsx'
import { OWN_PAUSE, WATCHES, type Watch } from './setup.ts'
import { Share } from './share.tsx'
import { Sliders } from './sliders.tsx'
import { change, failure, lanes, openLab, scenario, setup, stories, story, unread } from './state.ts'

export function Lab(): JSX.Element {
  const [over, setOver] = useState(false)
  useEffect(openLab, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can be chosen or pasted, too
    <div
      class="rehearsal"
      data-over={over}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        void takeFiles([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <h1 class="unseen">Lab</h1>
      <div class="said-first">
        {failure.value === undefined ? null : (
          <p class="failure" role="alert">
            The lab does not work here: {failure.value}
          </p>
        )}
        {unread.value.length === 0 ? null : (
          <p class="failure" role="status">
            Of the link this is not understood here, and left out:{' '}
            {unread.value.map(word => `“${word.slice(0, 60)}”`).join(', ')}
          </p>
        )}
      </div>
      <div class="seen">
        <Watches />
        <Picture />
      </div>
      <form class="dialled" onSubmit={event => event.preventDefault()}>
        <StorySelect />
        <Sliders />
        <Players />
      </form>
      <div class="told-of">
        <p class="marks-of">
          ▲ it steps the clock, × it ends. Dotted and pale: what the one chosen above says of its clock, and
          where it claims true time to be.
        </p>
        <FiguresTable />
        <Share />
        <p class="aside">
          Played with models of the daemons, in this browser: nothing is sent anywhere, and no clock is
          touched.
        </p>
      </div>
    </div>
  )
}

function StorySelect(): JSX.Element {
  const now = story.value
  return (
    <div class="story">
      <label>
        <span>Story</span>
        <select
          value={now?.name ?? OWN_PAUSE}
          onChange={event => {
            const chosen = setup.value.lanes && lanes.value
            // Whom another story brings is none of this one.
            const kept = chosen?.some(({ kind }) => kind === 'told') ? undefined : chosen
            change({ story: event.currentTarget.value, turned: {}, lanes: kept, says: 0 })
          }}
        >
          {(stories.value ?? []).map(({ name, scenario: { title } }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <p class="aside">{now?.scenario.about}</p>
    </div>
  )
}

const WATCH_WORDS: Record<Watch, string> = {
  all: 'All of it',
  '24h': '24 h',
  '6h': '6 h',
  '1h': '1 h',
  '10m': '10 min',
}

/** How long is watched, and whose own opinion is drawn. */
function Watches(): JSX.Element {
  const { watch, says } = setup.value
  const told = scenario.value
  const length = told?.duration ?? 0
  const fitting = (Object.keys(WATCHES) as Watch[]).filter(each => (WATCHES[each] ?? 0) < length)
  return (
    <div class="toolbar">
      <fieldset class="segments">
        <legend>How long is watched</legend>
        {fitting.map(each => (
          <button
            key={each}
            type="button"
            aria-pressed={each === watch}
            title={
              each === 'all' ? 'From the start to the end' : `${WATCH_WORDS[each]} from what happens first`
            }
            onClick={() => change({ watch: each })}
          >
            {WATCH_WORDS[each]}
          </button>
        ))}
      </fieldset>
      <label class="says">
        Also what this one says:{' '}
        <select value={says} onChange={event => change({ says: Number(event.currentTarget.value) })}>
          {told?.player.map((player, i) => (
            <option key={i} value={i}>
              {nameOfPlayer(player)}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

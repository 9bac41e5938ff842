/** The newest events, newest first. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RecordKind } from '#report/bodies.ts'
import { type Event, eventOf, KIND_WORDS } from '#report/words/event.ts'
import { askEvents } from '../ask.ts'
import { onRecord, onReset, wallNow } from '../live.ts'
import { EventMark } from '../shell/marks.tsx'
import { utc } from '../words/time.ts'

const SHOWN = 8
const SHOWN_KINDS: readonly RecordKind[] = ['started', 'step', 'disruption', 'recovered', 'source', 'notice']

export function Recent(): JSX.Element {
  const [events, setEvents] = useState<readonly Event[]>()
  useEffect(() => {
    const load = async () => {
      const seen = heard
      const { records } = await askEvents({ limit: SHOWN })
      // Something happened while the answer was on its way: it may or may not be in it.
      if (seen !== heard) return load()
      setEvents(records.map(eventOf).reverse())
    }
    const again = () => void load().catch(() => undefined)
    let heard = 0
    again()
    const ends = [
      onReset(again),
      onRecord(record => {
        if (!SHOWN_KINDS.includes(record.kind)) return
        heard++
        setEvents(before => [eventOf(record), ...(before ?? [])].slice(0, SHOWN))
      }),
    ]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Recent events</h2>
      {events?.length === 0 ? <p class="aside">Nothing has happened yet.</p> : null}
      <ol class="events">
        {events?.map(event => (
          <EventItem key={`${event.at} ${event.text}`} event={event} />
        ))}
      </ol>
    </section>
  )
}

export function EventItem({
  event,
  onShow,
}: {
  event: Event
  onShow?: (() => void) | undefined
}): JSX.Element {
  const [day, time] = utc(event.at).split(' ')
  const today = wallNow.value !== undefined && utc(wallNow.value).startsWith(day ?? '')
  const when = (
    <time dateTime={`${day}T${time}Z`} title={`${day} ${time} UTC`}>
      {today ? null : <span class="day">{day}</span>} {time}
    </time>
  )
  return (
    <li>
      <EventMark kind={event.kind} />
      {onShow ? (
        <button type="button" class="show" title="Show it in the plots" onClick={onShow}>
          {when}
        </button>
      ) : (
        when
      )}
      <span class="event-text">
        <span class="unseen">{KIND_WORDS[event.kind]}: </span>
        {event.text}
      </span>
    </li>
  )
}

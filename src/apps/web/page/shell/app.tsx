/** The frame: name of the machine, ways to the views, a warning when the numbers are old, and the panel that explains. */
import type { JSX } from 'preact'
import { ago } from '#report/words/say.ts'
import { go, place } from '../go.ts'
import { Lab } from '../lab/lab.tsx'
import { setup } from '../lab/state.ts'
import { elapsed, link, status, wallNow } from '../live.ts'
import { Logs } from '../logs/logs.tsx'
import { Machine } from '../machine/machine.tsx'
import { Repair } from '../machine/repair.tsx'
import { Now } from '../now/now.tsx'
import { formatPlace, type View } from '../place.ts'
import { Sources } from '../sources/sources.tsx'
import { Timeline } from '../timeline/timeline.tsx'
import { utc } from '../words/time.ts'
import { Panel } from './panel.tsx'

const TABS: readonly { view: View; title: string; key: string }[] = [
  { view: 'now', title: 'Now', key: 'n' },
  { view: 'timeline', title: 'Timeline', key: 't' },
  { view: 'sources', title: 'Sources', key: 's' },
  { view: 'machine', title: 'Machine', key: 'm' },
  { view: 'repair', title: 'Repair', key: 'r' },
  { view: 'logs', title: 'Logs', key: 'l' },
  { view: 'lab', title: 'Lab', key: 'b' },
]
const BODIES: Record<View, () => JSX.Element> = {
  now: Now,
  timeline: Timeline,
  sources: Sources,
  machine: Machine,
  repair: Repair,
  logs: Logs,
  lab: Lab,
}

const FOOTNOTES = {
  watching: ', only watching: it does not touch the clock',
  disciplining: ', keeping this clock',
} as const

export function App(): JSX.Element {
  const { view } = place.value
  // Logs are explained, and the lab is played, without the agent.
  const known = status.value !== undefined || view === 'logs' || view === 'lab'
  const Body = BODIES[view]
  return (
    <>
      <Header />
      <Stale />
      <main class={`view ${view}`} data-stale={link.value === 'lost'}>
        {known ? <Body /> : <Waiting />}
      </main>
      <Footer />
      <Panel />
    </>
  )
}

function Header(): JSX.Element {
  const { view } = place.value
  const host = status.value?.machine.hostname
  document.title = host ? `${host} – clockwright` : 'clockwright'
  return (
    <header class="top">
      <a class="brand" href={linkTo('now')}>
        <Logo />
        <span>clockwright</span>
      </a>
      <nav aria-label="Views">
        {TABS.map(({ view: to, title, key }) => (
          <a
            key={to}
            href={linkTo(to)}
            aria-current={to === view ? 'page' : undefined}
            aria-keyshortcuts={key}
            title={`${title} (key ${key})`}
          >
            {title}
          </a>
        ))}
      </nav>
      <div class="where">
        <span class="host" title={host}>
          {host}
        </span>
        <Link />
        <button
          type="button"
          class="quiet"
          aria-label="Legend"
          aria-keyshortcuts="?"
          title="What the words and marks mean (key ?)"
          onClick={() => go({ panel: 'legend', about: undefined }, 'replace')}
        >
          ?
        </button>
      </div>
    </header>
  )
}

/** The settings of a view stay with it when one looks elsewhere meanwhile. */
const linkTo = (view: View): string =>
  formatPlace({ ...place.value, view, panel: undefined, about: undefined, rehearsal: setup.value })

function Link(): JSX.Element {
  const words = { connecting: 'connecting', live: 'live', lost: 'lost' }[link.value]
  return (
    <span class={`link ${link.value}`} role="status" title="The connection between this page and the agent">
      {words}
    </span>
  )
}

function Stale(): JSX.Element | null {
  if (link.value !== 'lost') return null
  const since = wallNow.value === undefined ? undefined : wallNow.value - elapsed.value
  return (
    <p class="stale" role="alert">
      <strong>The connection to the agent is lost.</strong> What you see is from{' '}
      {since === undefined ? 'before' : `${utc(since)} UTC`}, {ago(elapsed.value)}, and does not change.
      Trying again.
    </p>
  )
}

const Waiting = () => <p class="waiting">Asking the agent …</p>

function Footer(): JSX.Element {
  const now = status.value
  return (
    <footer class="bottom">
      <span>
        clockwright {now?.version}
        {now ? FOOTNOTES[now.mode] : ''}
      </span>
      <span>
        For programs:{' '}
        <a class="bottom-link" href="/api/status">
          /api/status
        </a>{' '}
        <a class="bottom-link" href="/api/openapi.json">
          /api/openapi.json
        </a>{' '}
        <a class="bottom-link" href="/metrics">
          /metrics
        </a>
      </span>
    </footer>
  )
}

const Logo = () => (
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
    <circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" stroke-width="2.5" />
    <path
      d="M16 8v8l5 4"
      fill="none"
      stroke="currentColor"
      stroke-width="2.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)

/** What is set up in the lab, and what came of it so far. It outlives a look at another view. */
import { batch, computed, effect, signal } from '@preact/signals'
import type { Scenario } from '#lab/scenario/schema.ts'
import { areAlike, MOST_SERVERS } from '#lab/sweep/alike.ts'
import { KNOBS, turnsIn } from '#lab/sweep/knobs.ts'
import { go, place } from '../go.ts'
import { seedsFor } from './command.ts'
import { type Crew, hireCrew } from './crew.ts'
import { hasOptions, isSomebody, lanesOf, rehearsed } from './lanes.ts'
import type { Course, Figures, FromWorker, Order, Story, StoryFile } from './messages.ts'
import { formatLane, type Lane, MOST_LANES, OWN_PAUSE, type Setup, WATCHES } from './setup.ts'

/** A browser lets an address change a few times in a second only. */
const ADDRESS_MS = 400

export const setup = signal<Setup>(place.value.rehearsal)
export const stories = signal<readonly Story[] | undefined>(undefined)
export const failure = signal<string | undefined>(undefined)
/** By the place of the player in the scenario. */
export const courses = signal<readonly (Course | undefined)[]>([])
export const figures = signal<readonly (Figures | undefined)[]>([])
/** A letter for each player: `?` where his configuration could be of several daemons. */
export const guesses = computed(() => courses.value.map(course => (course?.ambiguous ? '?' : ' ')).join(''))
/** What of each player's configuration is not played, a line for each thing. */
export const notes = computed(() => courses.value.map(course => course?.notes.join('\n') ?? '').join('\0'))
/** The same of a daemon that does not start with it. */
export const unstarted = computed(() => courses.value.map(course => course?.unstarted ?? '').join('\0'))
/** The same of servers that are too few. */
export const fewServers = computed(() =>
  courses.value.map(course => course?.fewServers.join('\n') ?? '').join('\0'),
)
export const refusals = signal<readonly (string | undefined)[]>([])
/** The newest order, and when somebody did what led to it. */
export const ordered = signal<{ readonly id: number; readonly at: number }>({ id: 0, at: 0 })
/** How wide the picture is, in pixels. */
export const width = signal(0)

export const story = computed<Story | undefined>(() => {
  const all = stories.value
  return all?.find(({ name }) => name === setup.value.story) ?? all?.find(({ name }) => name === OWN_PAUSE)
})
export const lanes = computed<readonly Lane[]>(() => {
  const told = story.value?.scenario
  if (!told) return []
  const chosen = setup.value.lanes?.filter(lane => isSomebody(lane, told)) ?? []
  return chosen.length > 0 ? chosen : lanesOf(told).slice(0, MOST_LANES)
})
export const scenario = computed<Scenario | undefined>(
  () => story.value && rehearsed(story.value.scenario, { ...setup.value, lanes: lanes.value }),
)

/** Words of a link that are not understood, or mean nothing in its story: they are left out until something else is set up. */
export const unread = computed<readonly string[]>(() => {
  const told = story.value
  if (!told) return []
  const { story: wanted, turned, lanes = [] } = setup.value
  return [
    ...place.value.unread,
    ...(told.name === wanted ? [] : [`story=${wanted}`]),
    ...Object.entries(turned).flatMap(([name, value]) =>
      turnsIn(KNOBS[name]!, told.scenario) ? [] : [`${name}=${value}`],
    ),
    ...lanes.filter(lane => !isSomebody(lane, told.scenario)).map(lane => `play=${formatLane(lane)}`),
  ]
})

/** Nobody who is set up can be played. */
export const nobodyPlays = computed(() => {
  const count = scenario.value?.player.length ?? 0
  return (
    count > 0 && Array.from({ length: count }, (_, i) => refusals.value[i]).every(why => why !== undefined)
  )
})

/** How often each is played in the end. */
export const seeds = computed(() => seedsFor(scenario.value?.duration ?? 0))

let crew: Crew | undefined
let addressed: ReturnType<typeof setTimeout> | undefined
let changedAt = 0

/** A change of the set-up; the address follows a little later. */
export function change(part: Partial<Setup>): void {
  changedAt = performance.now()
  setup.value = { ...setup.value, ...part }
  clearTimeout(addressed)
  addressed = setTimeout(() => go({ rehearsal: setup.value, unread: [] }, 'replace'), ADDRESS_MS)
}

/** Turns a knob; without a value back to what the story says. */
export function turn(knob: string, value: number | undefined): void {
  const { [knob]: _, ...others } = setup.value.turned
  change({ turned: value === undefined ? others : { ...others, [knob]: value } })
}

export const changeLane = (at: number, lane: Lane | undefined): void =>
  change({ lanes: lanes.value.flatMap((each, i) => (i !== at ? [each] : lane ? [lane] : [])) })

export const addLane = (lane: Lane): void => change({ lanes: [...lanes.value, lane].slice(0, MOST_LANES) })

/** A file that was dropped or pasted plays from now on, if anybody can tell whose it is. */
export async function addFile(name: string, text: string): Promise<string | undefined> {
  if (text.trim() === '') return `${name} is empty`
  const whose = await crew?.whose(name, text)
  const daemon = whose?.text
  if (daemon === undefined)
    return `${name} is no configuration of a time daemon that is known here, as far as can be told`
  addLane({ kind: 'file', name, daemon, options: hasOptions(daemon) ? '-g' : '', text })
  playServers(whose?.servers ?? 0)
  return undefined
}

/** As many as the newest configuration asks, where there are fewer and a story can have more. */
function playServers(asked: number): void {
  const told = scenario.value
  const count = Math.min(MOST_SERVERS, asked)
  if (told && areAlike(told) && count > told.server.length) turn('servers', count)
}

export const asScenarioFile = (): Promise<string> => crew!.write(scenario.value!)

/** When the lab is looked at for the first time. */
export function openLab(): void {
  if (crew) return
  crew = hireCrew(hear, why => {
    failure.value = why
  })
  void load(crew)
  effect(() => {
    const { value } = scenario
    const stretches = width.value
    const { watch } = setup.value
    if (value && stretches > 0) order({ scenario: value, watch: WATCHES[watch], stretches })
  })
  // Back and forward, and a link that somebody follows.
  effect(() => {
    const { rehearsal } = place.value
    if (rehearsal !== setup.peek()) setup.value = rehearsal
  })
}

async function load(crew: Crew): Promise<void> {
  try {
    const answer = await fetch('/stories.json')
    if (!answer.ok) throw new Error(answer.statusText)
    crew.read((await answer.json()) as StoryFile[])
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error)
  }
}

type Wanted = Pick<Order, 'scenario' | 'watch' | 'stretches'>

let ordering = false
let waiting: Wanted | undefined

/** At once, and then once in a frame at most: a mouse tells more often than a screen shows. */
function order(wanted: Wanted): void {
  if (ordering) {
    waiting = wanted
    return
  }
  ordering = true
  requestAnimationFrame(() => {
    ordering = false
    const next = waiting
    waiting = undefined
    if (next) order(next)
  })
  send(wanted)
}

function send(wanted: Wanted): void {
  const id = ordered.peek().id + 1
  const count = wanted.scenario.player.length
  batch(() => {
    ordered.value = { id, at: changedAt }
    courses.value = courses.peek().slice(0, count)
    figures.value = figures.peek().slice(0, count)
    refusals.value = []
  })
  crew!.play({ id, ...wanted, seeds: seeds.peek() })
}

type Heard = Exclude<FromWorker, { kind: 'answer' }>
let heard: Heard[] = []

/** What comes within a frame is shown at once. */
function hear(message: Heard): void {
  if (heard.length === 0)
    requestAnimationFrame(() => {
      const all = heard
      heard = []
      batch(() => all.forEach(take))
    })
  heard.push(message)
}

function take(message: Heard): void {
  switch (message.kind) {
    case 'stories':
      stories.value = message.stories
      return
    case 'course':
      if (isCurrent(message.lane)) courses.value = put(courses.value, message.lane, message)
      return
    case 'figures':
      if (isCurrent(message.lane)) figures.value = put(figures.value, message.lane, message)
      return
    case 'refused':
      if (message.order === ordered.value.id) refusals.value = put(refusals.value, message.lane, message.why)
  }
}

const isCurrent = (lane: number): boolean => lane < (scenario.value?.player.length ?? 0)

const put = <T>(all: readonly (T | undefined)[], at: number, one: T): (T | undefined)[] =>
  Array.from({ length: Math.max(all.length, at + 1) }, (_, i) => (i === at ? one : all[i]))

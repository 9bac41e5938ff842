/** What the page and the workers of the lab tell each other. */
import type { Seconds } from '#core/time/units.ts'
import type { Curve } from '#lab/curve.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import type { Summary } from '#lab/summary.ts'

/** A scenario that is installed, as its file has it. */
export interface StoryFile {
  readonly name: string
  readonly text: string
}

export interface Story {
  readonly name: string
  readonly scenario: Scenario
}

/** Play this; whatever was ordered before is dropped. */
export interface Order {
  readonly id: number
  readonly scenario: Scenario
  /** Which of its players are this worker's. */
  readonly lanes: readonly number[]
  /** How long is watched from the first thing that happens on; undefined: all of it. */
  readonly watch: Seconds | undefined
  /** How finely. */
  readonly stretches: number
  /** How often each is played in the end, each time with another seed. */
  readonly seeds: number
}

export type ToWorker =
  | { readonly kind: 'read'; readonly files: readonly StoryFile[] }
  | { readonly kind: 'play'; readonly order: Order }
  | { readonly kind: 'whose'; readonly ask: number; readonly name: string; readonly text: string }
  | { readonly kind: 'write'; readonly ask: number; readonly scenario: Scenario }

/** The course of one player with the first seed, whole or as far as it has been played. */
export interface Course {
  readonly kind: 'course'
  readonly order: number
  readonly lane: number
  readonly name: string
  readonly curve: Curve
  /** What of the story the picture shows. */
  readonly span: readonly [from: Seconds, to: Seconds]
  readonly whole: boolean
  /** What of a configuration was assumed, or is not played. */
  readonly notes: readonly string[]
  /** That the daemon does not start with it. */
  readonly unstarted: string | undefined
  /** Servers that it asks and the story does not have, and whether it follows nobody for it. */
  readonly fewServers: readonly string[]
  /** Whose configuration it is, nothing in it tells. */
  readonly ambiguous: boolean
}

export interface Figures {
  readonly kind: 'figures'
  readonly order: number
  readonly lane: number
  readonly name: string
  readonly summary: Summary
}

export type FromWorker =
  | { readonly kind: 'stories'; readonly stories: readonly Story[] }
  | Course
  | Figures
  | { readonly kind: 'refused'; readonly order: number; readonly lane: number; readonly why: string }
  | Answer

/** Whose configuration a text is, undefined when nobody can tell; or a scenario as a file. */
export interface Answer {
  readonly kind: 'answer'
  readonly ask: number
  readonly text: string | undefined
  /** How many servers a configuration asks. */
  readonly servers?: number | undefined
}

/** States of a source in words. The shape that goes with each differs too, so colour never says it alone. */
import type { SourceState } from '#core/agent/reason.ts'

export type Shape = 'full' | 'diamond' | 'half' | 'cross' | 'ring' | 'dash' | 'dots' | 'square'
export type Tone = 'good' | 'care' | 'bad' | 'quiet'

export interface StateWords {
  readonly word: string
  readonly meaning: string
  readonly shape: Shape
  readonly tone: Tone
}

/** In the order in which a person wants to see them. */
export const STATES: Record<SourceState, StateWords> = {
  system: {
    word: 'Best',
    meaning: 'agrees with the majority and is the nearest',
    shape: 'diamond',
    tone: 'good',
  },
  survivor: { word: 'Agrees', meaning: 'agrees with the majority and is used', shape: 'full', tone: 'good' },
  outlier: {
    word: 'Spare',
    meaning: 'agrees, but scatters more than the others or is not needed',
    shape: 'half',
    tone: 'quiet',
  },
  falseticker: {
    word: 'Disagrees',
    meaning: 'contradicts the majority, so it is not believed',
    shape: 'cross',
    tone: 'bad',
  },
  unusable: {
    word: 'Not usable',
    meaning: 'answers, but its answers cannot be used',
    shape: 'dash',
    tone: 'care',
  },
  unreachable: { word: 'Silent', meaning: 'does not answer', shape: 'ring', tone: 'care' },
  starting: { word: 'Starting', meaning: 'was asked and has not answered yet', shape: 'dots', tone: 'quiet' },
  stopped: { word: 'Stopped', meaning: 'asked not to be asked any more', shape: 'square', tone: 'care' },
}

export const ORDER = Object.keys(STATES) as SourceState[]

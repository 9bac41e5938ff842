/** What of the story can be turned. */
import type { JSX } from 'preact'
import {
  DIALS,
  type Dial,
  dialText,
  limitsText,
  positionOf,
  positionsOf,
  readDial,
  valueAt,
} from './dials.ts'
import { Slider } from './slider.tsx'
import { setup, story, turn } from './state.ts'

export function Sliders(): JSX.Element | null {
  const told = story.value?.scenario
  if (!told) return null
  const dials = DIALS.filter(dial => dial.own(told) !== undefined)
  return (
    <>
      {[...Map.groupBy(dials, ({ group }) => group)].map(([group, those]) => (
        <fieldset key={group} class="dials">
          <legend>{group}</legend>
          {those.map(dial => (
            <DialSlider key={dial.knob} dial={dial} own={dial.own(told)!} />
          ))}
        </fieldset>
      ))}
    </>
  )
}

function DialSlider({ dial, own }: { dial: Dial; own: number }): JSX.Element {
  const turned = setup.value.turned[dial.knob]
  const value = turned ?? own
  return (
    <Slider
      label={dial.title}
      position={positionOf(dial, value)}
      positions={positionsOf(dial)}
      text={dialText(dial, value)}
      turned={turned !== undefined}
      onSlide={position => turn(dial.knob, valueAt(dial, position))}
      onWrite={written => {
        const read = readDial(dial, written)
        if (read === undefined) return false
        turn(dial.knob, read)
        return true
      }}
      wanted={limitsText(dial)}
      onReset={() => turn(dial.knob, undefined)}
    />
  )
}

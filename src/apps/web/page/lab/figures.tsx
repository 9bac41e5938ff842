/** What it came to: a column for each player, the best of each row marked. */
import type { JSX } from 'preact'
import { isBest, judged, MEASURES, type Result } from '#report/lab/results.ts'
import { plural } from '#report/words/say.ts'
import { Key } from './key.tsx'
import { figures, ordered, scenario, unstarted } from './state.ts'

export function FiguresTable(): JSX.Element | null {
  const all = figures.value
  const count = scenario.value?.player.length ?? 0
  const shown = Array.from({ length: count }, (_, lane) => all[lane])
  if (shown.every(each => each === undefined)) return null
  const results: Result[] = shown.flatMap(each =>
    each ? [{ name: each.name, summary: each.summary, curve: undefined }] : [],
  )
  const ends = unstarted.value.split('\0')
  const late = shown.some(each => each && each.order !== ordered.value.id)
  return (
    <section class="figures" aria-labelledby="figures" data-late={late}>
      <h2 id="figures">
        What it came to <span class="runs">{runsText(results)}</span>
      </h2>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <td />
              {shown.map((each, lane) => (
                <th key={lane} scope="col">
                  <Key lane={lane} /> {each?.name ?? '–'}
                  {each && ends[lane] ? <span class="bad unstarted">does not start</span> : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {MEASURES.map(measure => (
              <tr key={measure.title}>
                <th scope="row">{measure.title}</th>
                {shown.map((each, lane) => (
                  <td key={lane} class={each && toneOf(measure, each.summary, results)}>
                    {each ? measure.text(each.summary) : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function runsText(results: readonly Result[]): string {
  const runs = results.map(({ summary }) => summary.runs)
  const [least, most] = [Math.min(...runs), Math.max(...runs)]
  if (most === 1) return 'one run'
  const count = least === most ? plural(most, 'run') : `${least} to ${most} runs`
  return `medians of ${count}, best to worst tenth in parentheses`
}

function toneOf(
  measure: (typeof MEASURES)[number],
  summary: Result['summary'],
  results: readonly Result[],
): string | undefined {
  if (isBest(measure, summary, results)) return 'best'
  return judged(summary, measure) === 'red' ? 'bad' : undefined
}

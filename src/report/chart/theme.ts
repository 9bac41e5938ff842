/** What charts look like, light and dark: the colours of the page (apps/web/page/style/base.css). */
import { type Element, element } from './svg.ts'

const LIGHT = {
  paper: '#fbfbf9',
  ink: '#14181d',
  soft: '#4d5863',
  faint: '#69747f',
  line: '#e2e4e1',
  bad: '#b3371c',
  series: ['#d55e00', '#009e73', '#b0508f', '#a87900', '#7a5cc2', '#69747f', '#8c4a2f', '#3f7d20'],
}
const DARK: typeof LIGHT = {
  paper: '#0f1316',
  ink: '#e8ecef',
  soft: '#a9b3bc',
  faint: '#85909a',
  line: '#262d32',
  bad: '#f28a6d',
  series: ['#f0883e', '#3fc79a', '#dd8fc3', '#d9b13b', '#ab94ee', '#98a3ad', '#d49a82', '#9bcf6b'],
}

export const SERIES = LIGHT.series.length

/** With several lines in one picture each has a pattern, too, for eyes that do not tell colours apart. */
const DASHES = [undefined, '8 3', '2 2.5', '10 3 2 3', '5 2', '2 5', '10 3 2 3 2 3', '14 4'] as const
export const dashOf = (i: number): string | undefined => DASHES[i % DASHES.length]

const variables = (theme: typeof LIGHT): string =>
  [
    ...Object.entries(theme).flatMap(([name, value]) =>
      typeof value === 'string' ? [`--${name}:${value}`] : [],
    ),
    ...theme.series.map((colour, i) => `--s${i + 1}:${colour}`),
  ].join(';')

/** The variables, for whatever stands below `root`. */
export const colours = (root: string): string =>
  `${root}{${variables(LIGHT)}}@media(prefers-color-scheme:dark){${root}{${variables(DARK)}}}`

/** Without colours: for charts that stand in a page which has them. */
export const CHART_STYLE = [
  '.chart{font:12px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--soft)}',
  '.chart .title{font-size:14px;font-weight:600;fill:var(--ink)}',
  '.chart .grid{stroke:var(--line)}.chart .zero{stroke:var(--faint)}',
  '.chart .mark{stroke:var(--faint);stroke-dasharray:3 3}.chart .during{fill:var(--faint);opacity:.15}',
  '.chart .label{paint-order:stroke;stroke:var(--paper);stroke-width:4;stroke-linejoin:round}',
  '.chart .series{fill:none;stroke-width:1.4;stroke-linejoin:round}',
  '.chart .key{stroke-width:2.5;fill:none}.chart .step{stroke:var(--paper);stroke-width:1}',
  '.chart .said{fill:none;stroke-width:1;stroke-dasharray:1 2}',
  '.chart .range{opacity:.55}.chart .band{opacity:.14}',
  '.chart .exit{stroke:var(--bad);stroke-width:2}',
].join('')

/** All that a chart needs to stand alone. */
export const styleElement = (): Element =>
  element(
    'style',
    {},
    `${colours('.chart')}${CHART_STYLE}.chart{background:var(--paper)}.chart .paper{fill:var(--paper)}`,
  )

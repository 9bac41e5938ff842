/** Trials as a table for people. A time is in seconds after the event, an offset in milliseconds. */
import type { Seconds } from '#core/time/units.ts'
import { HIGHEST_LOAD, type Trial } from './trial.ts'

type Column = readonly [title: string, cell: (trial: Trial) => string]

const COLUMNS: readonly Column[] = [
  ['subject', ({ subject }) => subject],
  ['scenario', ({ scenario }) => scenario],
  ['wrong by', ({ recovery }) => inMs(recovery.disturbed)],
  ['answers', trial => time(trial, trial.answers)],
  ['noticed', trial => time(trial, trial.noticed)],
  ['< 10 ms', trial => time(trial, trial.recovery.within10ms)],
  ['< 1 ms', trial => time(trial, trial.recovery.within1ms)],
  ['overshoot', ({ recovery }) => inMs(recovery.overshoot)],
  ['steps', ({ steps }) => `${steps.length}`],
  ['worst back', ({ steps }) => inMs(steps.some(step => step < 0) ? Math.min(...steps) : undefined)],
  ['at the end', ({ recovery }) => inMs(recovery.last?.offset)],
  ['watched', ({ recovery }) => `${recovery.watched.toFixed(0)} s`],
  ['load', ({ load }) => load.toFixed(1)],
]

export function tableOf(trials: readonly Trial[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...trials.map(trial => COLUMNS.map(([, cell]) => cell(trial))),
  ]
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map(row => row[i]!.length)))
  return rows
    .map(row =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const time = ({ load }: Trial, after: Seconds | undefined): string =>
  after === undefined ? '–' : `${after.toFixed(after < 1 ? 2 : 1)} s${load < HIGHEST_LOAD ? '' : '*'}`

const inMs = (value: Seconds | undefined): string =>
  value === undefined ? '–' : `${(1e3 * value).toFixed(2)} ms`

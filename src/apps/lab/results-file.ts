/**
 * The runs of a sweep, kept as they come: a line for each, so that a sweep that was killed goes on where it stopped. The first line
 * says which sweep it is; a line that is torn is played again.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Score } from '#lab/score.ts'
import { Complaint } from '../cli/complain.ts'
import { toJson } from '../cli/print.ts'

const FORMAT = 1
/** Lines that are written together. */
const TOGETHER_MS = 250

/** What JSON has no number for. */
const NEVER = 'never'

export class ResultsFile {
  readonly path: string
  readonly scores: (Score | undefined)[]
  #waiting = ''
  #timer: NodeJS.Timeout | undefined

  /** `identity` is all that the results depend on. Throws when the file holds another sweep. */
  constructor(path: string, identity: unknown, total: number, fresh: boolean) {
    this.path = path
    this.scores = new Array(total)
    const head = JSON.stringify({
      sweep: FORMAT,
      identity: createHash('sha256').update(toJson(identity)).digest('hex').slice(0, 32),
      runs: total,
    })
    try {
      if (existsSync(path) && !isResults(path))
        throw new Complaint(`${path} holds no results of a sweep; name another file with --results`)
      if (!fresh && existsSync(path)) this.#read(head)
      else writeFileSync(path, `${head}\n`)
    } catch (error) {
      if (error instanceof Complaint) throw error
      throw new Complaint(`${path}: ${(error as Error).message}`)
    }
  }

  get done(): number {
    return this.scores.reduce((sum, score) => sum + (score ? 1 : 0), 0)
  }

  add(index: number, score: Score): void {
    this.scores[index] = score
    this.#waiting += `${JSON.stringify([index, score], pack)}\n`
    this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting === '') return
    appendFileSync(this.path, this.#waiting)
    this.#waiting = ''
  }

  #read(head: string): void {
    const text = readFileSync(this.path, 'utf8')
    const lines = text.split('\n')
    if (lines[0] !== head)
      throw new Complaint(
        `${this.path} holds the results of another sweep; name another file with --results, or begin anew with --fresh`,
      )
    for (const line of lines.slice(1)) {
      const run = readRun(line)
      if (run && run[0] < this.scores.length) this.scores[run[0]] = run[1]
    }
    if (!text.endsWith('\n')) appendFileSync(this.path, '\n')
  }
}

const pack = (_key: string, value: unknown): unknown => (value === Number.POSITIVE_INFINITY ? NEVER : value)
const unpack = (_key: string, value: unknown): unknown => (value === NEVER ? Number.POSITIVE_INFINITY : value)

const HEAD_BEGINS = '{"sweep":'

/** Or as good as new. */
function isResults(path: string): boolean {
  const text = readFileSync(path, 'utf8')
  return text === '' || text.startsWith(HEAD_BEGINS)
}

const NUMBERS = [
  'timeTo10ms',
  'timeTo1ms',
  'worst',
  'overshoot',
  'rms',
  'max',
  'steps',
  'backwardSteps',
  'packets',
] as const satisfies (keyof Score)[]

const isScore = (score: Partial<Score> | undefined): boolean =>
  typeof score?.exited === 'boolean' && NUMBERS.every(key => typeof score[key] === 'number')

function readRun(line: string): [number, Score] | undefined {
  try {
    const run = JSON.parse(line, unpack)
    return Array.isArray(run) && Number.isInteger(run[0]) && isScore(run[1]) ? [run[0], run[1]] : undefined
  } catch {
    return undefined
  }
}

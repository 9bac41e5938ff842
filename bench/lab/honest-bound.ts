/**
 * Does our agent's bound hold true time, in all worlds that the lab knows? Runs every story with many seeds and counts the
 * moments in which it does not.
 *
 *   node bench/lab/honest-bound.ts [--seeds N] [--from SEED] [--only TEXT] [--beyond] [--results FILE] [--workers N]
 *
 * --beyond runs the clocks for which nothing is promised. With --results each run is written to that file when it is done, and not made again: it can be interrupted and goes on.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { judge, type Verdict } from './honest/bound.ts'
import { BEYOND, makeStory, STORIES } from './honest/stories.ts'

interface Task {
  readonly story: string
  readonly seed: number
}

interface Done extends Task, Verdict {}

if (isMainThread) await main()
else for (const task of workerData as Task[]) parentPort!.postMessage(run(task))

function run({ story, seed }: Task): Done {
  return { story, seed, ...judge(makeStory((STORIES.get(story) ?? BEYOND.get(story))!, seed), seed) }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3' },
      from: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      beyond: { type: 'boolean', default: false },
      results: { type: 'string' },
      workers: { type: 'string', default: '1' },
    },
  })
  const done: Done[] = []
  if (values.results && existsSync(values.results))
    for (const line of readFileSync(values.results, 'utf8').trim().split('\n'))
      if (line) done.push(JSON.parse(line))
  const known = new Set(done.map(({ story, seed }) => `${seed} ${story}`))
  const first = Number(values.from)
  const tasks: Task[] = []
  for (let seed = first; seed < first + Number(values.seeds); seed++)
    for (const story of (values.beyond ? BEYOND : STORIES).keys())
      if (story.includes(values.only) && !known.has(`${seed} ${story}`)) tasks.push({ story, seed })

  const workers = Math.max(1, Number(values.workers))
  const began = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: workers }, (_, worker) =>
      listenTo(
        tasks.filter((_, i) => i % workers === worker),
        result => {
          done.push(result)
          if (values.results) appendFileSync(values.results, `${JSON.stringify(result)}\n`)
          if (result.violations > 0) tell(result)
          count++
          if (process.stderr.isTTY) process.stderr.write(`\r${count} of ${tasks.length}`)
        },
      ),
    ),
  )
  summarise(done.filter(({ story }) => story.includes(values.only)))
  const seconds = (performance.now() - began) / 1000
  console.log(
    `${tasks.length} runs now, ${seconds.toFixed(0)} s with ${workers} worker${workers > 1 ? 's' : ''}.`,
  )
}

function listenTo(tasks: readonly Task[], take: (result: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (tasks.length === 0) return resolve()
    const worker = new Worker(new URL(import.meta.url), { workerData: tasks })
    worker.on('message', take)
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}

function tell({ story, seed, violations, first }: Done): void {
  const { at, error, bound } = first!
  console.log(
    `VIOLATION ${story}, seed ${seed}: ${violations} moments, first at ${at.toFixed(3)} s: error ${error.toExponential(2)}, bound ${bound.toExponential(2)}`,
  )
}

function summarise(done: readonly Done[]): void {
  const total = (of: (each: Done) => number) => done.reduce((sum, each) => sum + of(each), 0)
  const wrong = done.filter(({ violations }) => violations > 0)
  const stories = new Map<string, number>()
  for (const { story } of wrong) stories.set(story, (stories.get(story) ?? 0) + 1)
  for (const [story, runs] of stories) console.log(`${story}: ${runs} runs`)
  console.log(
    `${done.length} runs of ${new Set(done.map(({ story }) => story)).size} stories, ${total(({ judged }) => judged)} moments judged: ${total(({ violations }) => violations)} moments outside the bound, in ${wrong.length} runs.`,
  )
  const longest = done.map(each => each.longest).sort((a, b) => a - b)
  console.log(
    `${total(({ unknowable }) => unknowable)} more were outside after a disruption and before anything could show it: up to ${longest.at(-1)!.toFixed(0)} s after it, in 99 % of the runs up to ${longest[Math.floor(0.99 * longest.length)]!.toFixed(0)} s.`,
  )
}

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Score } from '#lab/score.ts'
import { ResultsFile } from './results-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-results-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SCORE: Score = {
  timeTo10ms: Number.POSITIVE_INFINITY,
  timeTo1ms: 3,
  worst: -1,
  overshoot: 0,
  rms: 0,
  max: 0,
  steps: 0,
  backwardSteps: 0,
  exited: false,
  packets: 4,
}

test('what was kept is there again, but for a line that is torn', () => {
  const path = join(folder, 'a.jsonl')
  const first = new ResultsFile(path, { sweep: 'a' }, 5, false)
  first.add(1, SCORE)
  first.add(3, { ...SCORE, timeTo10ms: 7 })
  first.flush()
  appendFileSync(path, '[4,{"timeTo10')
  const again = new ResultsFile(path, { sweep: 'a' }, 5, false)
  expect(again.done).toBe(2)
  expect(again.scores[1]).toEqual(SCORE)
  again.add(4, SCORE)
  again.flush()
  expect(new ResultsFile(path, { sweep: 'a' }, 5, false).done).toBe(3)
})

test('another sweep is not mixed in, but may begin anew', () => {
  const path = join(folder, 'b.jsonl')
  new ResultsFile(path, { sweep: 'a' }, 5, false)
  expect(() => new ResultsFile(path, { sweep: 'b' }, 5, false)).toThrow('holds the results of another sweep')
  expect(new ResultsFile(path, { sweep: 'b' }, 5, true).done).toBe(0)
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
})

test.each(['title = "my story"\n', '[1,2]\n'])(
  'what holds no results is not overwritten, also not by a sweep that begins anew: %j',
  text => {
    const path = join(folder, 'mine')
    for (const fresh of [false, true]) {
      writeFileSync(path, text)
      expect(() => new ResultsFile(path, {}, 5, fresh)).toThrow('holds no results of a sweep')
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  },
)

test('a line with something else than a number is played again', () => {
  const path = join(folder, 'c.jsonl')
  new ResultsFile(path, { sweep: 'c' }, 5, false)
  appendFileSync(path, `${JSON.stringify([2, { ...SCORE, timeTo10ms: 1, worst: 'x' }])}\n`)
  expect(new ResultsFile(path, { sweep: 'c' }, 5, false).done).toBe(0)
})

test('a file that cannot be is said', () => {
  expect(() => new ResultsFile(join(folder, 'no/such/place'), {}, 5, false)).toThrow('no such file')
})

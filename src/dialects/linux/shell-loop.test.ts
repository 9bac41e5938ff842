import { expect, test } from 'vitest'
import { endlessLoops } from './shell-loop.ts'

test.each<[text: string, every: number | undefined]>([
  ['(while true; do ntpdate -u a; sleep 600; done) &', 600],
  ['while :\ndo\n  ntpdate a\n  sleep 1h 30m\ndone', 5400],
  ["nohup sh -c 'while true; do ntpdate a; sleep 10m; done' &", 600],
  ['while sleep 5m; do ntpdate a; done', 300],
  ['until false; do ntpdate a; sleep 60; done', 60],
  ['while [ 1 ]; do for s in a b; do ntpdate $s && break; done; sleep 60; done', 60],
  ['while true; do ntpdate a; sleep $N; done', undefined],
])('goes on for ever: %s', (text, every) => {
  const loops = endlessLoops(text.split('\n'))
  expect(loops).toMatchObject([{ every }])
  expect(loops[0]!.runs.map(run => run.text)).toContainEqual(expect.stringMatching(/^ntpdate/))
})

test.each([
  'while ! ntpdate a; do sleep 5; done',
  'until ntpdate a; do sleep 5; done',
  'while true; do ntpdate a && break; sleep 5; done',
  'while true; do\n  if ntpdate a; then exit 0; fi\n  sleep 5\ndone',
  'for i in 1 2 3; do ntpdate a; sleep 5; done',
  'while [ $n -lt 5 ]; do ntpdate a; sleep 5; done',
  'while true && test -e /run/x; do ntpdate a; sleep 5; done',
  'done; while true; do ntpdate a',
])('ends: %s', text => expect(endlessLoops(text.split('\n'))).toEqual([]))

test('what stands beside a loop is not in it', () => {
  const [loop] = endlessLoops(['hwclock -s; while true; do beat; sleep 5; done; ntpdate a'])
  expect(loop!.runs.map(({ text }) => text)).toEqual(['true', 'beat', 'sleep 5'])
})

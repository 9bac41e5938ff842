import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test.each([
  [
    'etc/systemd/timesyncd.conf',
    '[Time]\nSaveIntervallSec=60\n',
    'Unknown setting `SaveIntervallSec` in [Time]: `SaveIntervalSec` is meant.',
  ],
  ['etc/systemd/timesyncd.conf', '[Time]\nColour=blue\n', 'Unknown setting `Colour` in [Time].'],
  [
    'etc/systemd/timesyncd.conf',
    '[Tme]\nNTP=a\n',
    'Unknown section `Tme` in timesyncd.conf: `Time` is meant.',
  ],
  [
    'etc/ntp.toml',
    '[synchronization]\nsingle-step-panic-treshold = 1\n',
    'Unknown setting `single-step-panic-treshold` in ntp.toml: `single-step-panic-threshold` is meant.',
  ],
])('%s: %j', (path, text, what) =>
  expect(lint([{ path, text }]).map(finding => finding.what)).toContain(what),
)

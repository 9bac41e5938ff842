import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { findUptime } from './uptime.ts'

test.each<[string, string, number | undefined]>([
  ['proc/uptime', '41.27 70.11\n', 41.27],
  ['proc/uptime', '', undefined],
  ['sos_commands/host/uptime', ' 10:10:55 up 0 min,  1 user,  load average: 0.83, 0.73, 0.76\n', 0],
  ['sos_commands/host/uptime', ' 19:23:40 up 25 min,  1 user,  load average: 0.83, 0.73, 0.76\n', 1500],
  ['sos_commands/general/uptime', ' 16:19:19 up 17:41,  2 users,  load average: 3.58, 3.27\n', 63_660],
  ['uptime', ' 10:10:55 up 1 day,  3:04,  1 user,  load average: 0.83\n', 97_440],
  ['uptime', ' 10:10:55 up 12 days, 4 min,  1 user,  load average: 0.83\n', 1_037_040],
  ['uptime', 'up\n', undefined],
])('%s: %s', (path, text, seconds) => expect(findUptime(memoryFiles({ [path]: text }))?.value).toBe(seconds))

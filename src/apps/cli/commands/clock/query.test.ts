/** The command as a person starts it, against servers on this machine and against none. */
import { expect, test } from 'vitest'
import { hostileServer } from '../../../../../test/interop/hostile-server.ts'
import { cli } from '../../../../../test/support/cli.ts'

test('a leap second that the server announces is in the text and in the JSON', async () => {
  const server = await hostileServer(({ honest }) => [{ ...honest, leap: 'insert' }])
  const asked = `127.0.0.1:${server.port}`
  const [text, json] = await Promise.all([
    cli(['query', asked, '-n', '2']),
    cli(['query', asked, '-n', '2', '--json']),
  ])
  await server.close()
  expect(text.stdout).toContain('The server announces a leap second')
  expect(JSON.parse(json.stdout)).toMatchObject({ leap: 'insert', sources: [{ leap: 'insert' }] })
})

test('an address that nothing can be sent to is given up after the second request', async () => {
  // The kernel lets nobody send there who has not asked for broadcasts.
  const [text, json] = await Promise.all([
    cli(['query', '255.255.255.255']),
    cli(['query', '255.255.255.255', '--json']),
  ])
  expect(text.stdout).toContain('The network refused every request, so no server was asked.')
  expect(text.code).toBe(3)
  expect(JSON.parse(json.stdout)).toMatchObject({ sources: [{ reason: 'not-permitted', sent: 2 }] })
})

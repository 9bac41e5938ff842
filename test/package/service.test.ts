/** The systemd unit, and what the agent says to systemd. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cli, MAIN } from '../support/cli.ts'

const unit = (name: string) => fileURLToPath(new URL(`../../packaging/${name}`, import.meta.url))
const haveAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0

describe.skipIf(!haveAnalyze).each([
  ['clockwright.service', 2],
  ['clockwright-discipline.service', 3],
])('the unit %s', (name, most) => {
  test('is understood by systemd', () => {
    const directory = mkdtempSync(join(tmpdir(), 'clockwright-unit-'))
    const copy = join(directory, name)
    writeFileSync(copy, readFileSync(unit(name), 'utf8').replace('/usr/bin/clockwright', process.execPath))
    const { stderr } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' })
    rmSync(directory, { recursive: true })
    expect(stderr.split('\n').filter(line => line.includes(name))).toEqual([])
  })

  test('exposes less than the one of chrony (3.7)', () => {
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=yes', unit(name)], {
      encoding: 'utf8',
    })
    expect(Number(/exposure level for [\w-]+\.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(most)
  })
})

test.skipIf(!haveAnalyze)('the drop-in for serving gives the unit port 123 and nothing else', () => {
  const root = mkdtempSync(join(tmpdir(), 'clockwright-drop-in-'))
  const folder = join(root, 'etc/systemd/system')
  mkdirSync(join(folder, 'clockwright-discipline.service.d'), { recursive: true })
  const put = (from: string, to: string) => writeFileSync(join(folder, to), readFileSync(unit(from), 'utf8'))
  put('clockwright-discipline.service', 'clockwright-discipline.service')
  put('clockwright-serve.conf', 'clockwright-discipline.service.d/serve.conf')
  const { stdout } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=yes', `--root=${root}`, '--json=short', 'clockwright-discipline.service'],
    { encoding: 'utf8' },
  )
  rmSync(root, { recursive: true })
  const granted = (JSON.parse(stdout) as { set: boolean | null; name: string }[])
    .filter(({ set, name }) => set === false && name.startsWith('CapabilityBoundingSet='))
    .map(({ name }) => name)
  expect(granted).toHaveLength(2)
  expect(granted.join()).toMatch(/CAP_SYS_TIME/)
  expect(granted.join()).toMatch(/CAP_NET_\(BIND_SERVICE/)
})

describe('the running agent', () => {
  let directory: string
  let agent: ChildProcess
  let said = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'clockwright-service-'))
    writeFileSync(join(directory, 'clockwright.toml'), '[[source]]\naddress = "127.0.0.1"\nport = 9\n')
  })
  afterEach(() => {
    agent?.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  const environment = (more: NodeJS.ProcessEnv = {}) => ({
    XDG_RUNTIME_DIR: directory,
    XDG_STATE_HOME: directory,
    ...more,
  })

  const spawnAgent = (args: readonly string[] = [], more: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        MAIN,
        'run',
        '-f',
        join(directory, 'clockwright.toml'),
        '-p',
        '0',
        ...args,
      ],
      { env: { ...process.env, ...environment(more) }, stdio: ['ignore', 'pipe', 'pipe'] },
    )

  async function start(more: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<string> {
    said = ''
    agent = spawnAgent(args, more)
    for (const stream of [agent.stdout!, agent.stderr!]) {
      stream.on('data', text => {
        said += text
      })
    }
    await until(() => said.includes('Ctrl-C stops it'))
    return /page +(http:\S+)/.exec(said)![1]!
  }

  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 1500; i++) {
      if (condition()) return
      await new Promise(done => setTimeout(done, 20))
    }
    throw new Error(`it did not happen within 30 s; the agent said: ${said}`)
  }

  test('tells systemd when it is ready and when it stops', async () => {
    const path = join(directory, 'notify')
    const program =
      'my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die; $| = 1; print "listening\\n"; while ($s->recv(my $m, 4096), 1) { $m =~ s/\\n/ /g; print "$m\\n" }'
    const listener = spawn('perl', ['-MSocket', '-MIO::Socket::UNIX', '-e', program, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const heard: string[] = []
    createInterface(listener.stdout).on('line', line => heard.push(line))
    await until(() => heard.length > 0)
    await start({ NOTIFY_SOCKET: path })
    await until(() =>
      heard.some(line => line.startsWith('READY=1 STATUS=watching, page on http://127.0.0.1:')),
    )
    agent.kill('SIGTERM')
    await until(() => heard.includes('STOPPING=1'))
    listener.kill()
  })

  test('is found by the command line, reads its configuration again, and leaves nothing behind', async () => {
    const url = await start()
    const presence = JSON.parse(readFileSync(join(directory, 'clockwright', 'agent.json'), 'utf8'))
    // execve: what runs now is the process that was started.
    expect(presence).toMatchObject({ pid: agent.pid, url })

    const { stdout } = await cli(['status', '--json'], environment())
    expect(JSON.parse(stdout).clock.sources).toMatchObject([{ name: '127.0.0.1:9', port: 9 }])

    // The history is read while the agent writes it.
    await until(() => cliSync(['events'], environment()).includes('The agent was started'))

    writeFileSync(join(directory, 'clockwright.toml'), '[[source]]\naddress = "127.0.0.1"\nport = 10\n')
    agent.kill('SIGHUP')
    await until(() => said.includes('configuration read again'))
    const sources = await (await fetch(new URL('api/sources', url))).json()
    expect(sources).toMatchObject({ sources: [{ port: 10 }] })

    writeFileSync(join(directory, 'clockwright.toml'), 'nonsense')
    agent.kill('SIGHUP')
    await until(() => said.includes('the new configuration is not used'))
    expect((await fetch(new URL('api/status', url))).status).toBe(200)

    const ended = once(agent, 'exit')
    agent.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(existsSync(join(directory, 'clockwright', 'agent.json'))).toBe(false)
    expect(existsSync(join(directory, 'clockwright', 'history.db'))).toBe(true)
  })

  test('makes no call that could set the clock', async () => {
    if (spawnSync('strace', ['-V']).status !== 0) return
    await start()
    const trace = spawn('strace', [
      '-f',
      '-e',
      'trace=clock_settime,settimeofday,clock_adjtime,adjtimex',
      '-p',
      String(agent.pid),
    ])
    let calls = ''
    trace.stderr.on('data', text => {
      calls += text
    })
    const { stdout } = await cli(['status', '--json'], environment())
    expect(JSON.parse(stdout).kernelClock).not.toBeNull()
    await new Promise(done => setTimeout(done, 1000))
    trace.kill('SIGINT')
    await once(trace, 'exit')
    for (const line of calls.split('\n').filter(each => /\w+\(/.test(each)))
      expect(line).toMatch(/adjtimex\((CLOCK_REALTIME, )?\{modes=0|clock_adjtime\(CLOCK_REALTIME, \{modes=0/)
  })

  test('a second agent leaves the announcement of the first alone', async () => {
    await start()
    const first = agent
    const second = spawnAgent(['--history', join(directory, 'other.db')])
    await once(second.stdout!, 'data')
    const ended = once(second, 'exit')
    second.kill('SIGTERM')
    await ended
    expect(JSON.parse(readFileSync(join(directory, 'clockwright', 'agent.json'), 'utf8'))).toMatchObject({
      pid: first.pid,
    })
  })

  test.each(['/proc/nope/deeper/history.db', '/dev/null/history.db'])(
    'a history that cannot be kept (%s) is kept in memory, and that is said',
    async path => {
      await start({}, ['--history', path])
      expect(said).toContain('in memory only')
      expect(said).toContain(path)
    },
  )

  test('a second agent on the same history is refused by name', async () => {
    await start()
    const second = execFileSyncFails(
      [MAIN, 'run', '-f', join(directory, 'clockwright.toml'), '-p', '0'],
      environment(),
    )
    expect(second).toMatch(/history/)
  })

  const cliSync = (args: string[], env: NodeJS.ProcessEnv): string =>
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    }).stdout

  function execFileSyncFails(args: string[], env: NodeJS.ProcessEnv): string {
    try {
      execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
        stdio: 'pipe',
        timeout: 20_000,
      })
    } catch (error) {
      const { stderr, status } = error as { stderr: string; status: number }
      expect(status).toBe(1)
      return stderr
    }
    throw new Error('it was not refused')
  }
})

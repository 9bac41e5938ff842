/** A program: trials of subjects in scenarios, and a table of them. `npm run test:vm` runs it; see `--help`. */
import { Command, InvalidArgumentError } from 'commander'
import { type Bed, readBed } from './bed.ts'
import { tryOddCpus } from './cpus.ts'
import { INITS, tryInits } from './inits.ts'
import { Network, SERVER_ADDRESSES } from './network.ts'
import { tryRepair } from './repair.ts'
import { SCENARIOS } from './scenarios.ts'
import { startHonestServer, startLiar } from './servers.ts'
import { SUBJECTS } from './subjects.ts'
import { tableOf } from './table.ts'
import { HIGHEST_LOAD, runTrial, type Trial } from './trial.ts'

const seconds = (text: string): number => {
  const value = Number(text)
  if (!(value >= 0)) throw new InvalidArgumentError(`${text} is no number of seconds`)
  return value
}
const list = (kind: string, known: readonly { name: string }[]) => (text: string) =>
  text === 'all'
    ? known.map(({ name }) => name)
    : text.split(',').map(name => {
        if (!known.some(each => each.name === name))
          throw new InvalidArgumentError(`no ${kind} ${name}: ${known.map(each => each.name).join(', ')}`)
        return name
      })
const described = (known: readonly { name: string; about: string }[]): string =>
  known.map(({ name, about }) => `  ${name.padEnd(24)}${about}`).join('\n')

const command = new Command('npm run test:vm --')
  .description('Disturbs the clocks of real guests, and shows how those who keep them do.')
  .option(
    '-s, --subject <names>',
    'who keeps the clock, separated by commas, or all',
    list('subject', SUBJECTS),
    ['clockwright-discipline'],
  )
  .option(
    '-c, --scenario <names>',
    'what happens to it, likewise',
    list('scenario', SCENARIOS),
    SCENARIOS.map(({ name }) => name),
  )
  .option('--settle <seconds>', 'before it happens, instead of what the subject needs', seconds)
  .option('--watch <seconds>', 'after it happened, at most', seconds, 120)
  .option('--calm <seconds>', 'under 1 ms for so long ends the watch', seconds, 30)
  .option('--liar <seconds>', 'one of the four servers is so much ahead', seconds)
  .option('--kernel <words>', 'more words for the kernel, as tsc_early_khz=…')
  .option('--cpus', 'instead: a guest of two processors, one of them 85 s off, then the other; 1 min')
  .option('--repair', 'instead: what check finds in a guest, repaired and undone; 2 min')
  .option(
    '--inits [names]',
    'instead: check, repair and undo on whole systems, by their init, or all; 12 min each',
    list('init', INITS),
  )
  .option('--vmclock', 'a guest with a VMClock device (QEMU 10, a kernel from backports)')
  .option('--prepare', 'only install and build what guests need')
  .option('--json', 'an object a line')
  .addHelpText('after', `\nSubjects:\n${described(SUBJECTS)}\n\nScenarios:\n${described(SCENARIOS)}`)
  .parse()
const options = command.opts()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    console.error('clockwright: ended; the guests go with it')
    process.exit(130)
  })

const say = (text: string): void => console.error(`  ${new Date().toISOString().slice(11, 19)} ${text}`)
const bed: Bed = readBed({
  vmclock: options.vmclock,
  cpus: options.cpus || options.repair,
  inits: options.inits !== undefined,
})
const network = await Network.open()
if (options.inits !== undefined) {
  const names = options.inits === true ? INITS.map(({ name }) => name) : options.inits
  process.exit((await tryInits(names, { network, bed, say })) ? 0 : 1)
}
if (options.repair) process.exit((await tryRepair({ network, bed, say })) ? 0 : 1)
if (options.cpus) process.exit((await tryOddCpus({ network, bed, say })) ? 0 : 1)
const honest = options.liar === undefined ? SERVER_ADDRESSES : SERVER_ADDRESSES.slice(0, -1)
for (const address of honest) await startHonestServer(network, bed, address)
if (options.liar !== undefined) await startLiar(network, SERVER_ADDRESSES.at(-1)!, options.liar)

const trials: Trial[] = []
let failed = false
for (const subject of SUBJECTS.filter(({ name }) => options.subject.includes(name))) {
  for (const scenario of SCENARIOS.filter(({ name }) => options.scenario.includes(name))) {
    console.error(`clockwright: ${subject.name} (${subject.about}), ${scenario.name}`)
    try {
      const trial = await runTrial(
        { network, bed, servers: SERVER_ADDRESSES },
        { subject, scenario },
        { settle: options.settle, watch: options.watch, calm: options.calm },
        { say, vmclock: options.vmclock, kernelWords: options.kernel },
      )
      trials.push(trial)
      if (options.json)
        console.log(JSON.stringify(trial, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
      for (const complaint of trial.complaints) console.error(`  NOT RIGHT: ${complaint}`)
      if (trial.complaints.length > 0) console.error(trial.said.map(line => `    | ${line}`).join('\n'))
      failed ||= trial.complaints.length > 0
    } catch (error) {
      console.error(`  FAILED: ${(error as Error).message}`)
      failed = true
    }
  }
}
if (!options.json) console.log(tableOf(trials))
if (trials.some(({ load }) => load >= HIGHEST_LOAD))
  console.error(`clockwright: the load average was ${HIGHEST_LOAD} or more: times marked * are not judged`)
network.close()
process.exit(failed ? 1 : 0)

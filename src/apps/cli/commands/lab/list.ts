/** `clockwright lab list`: the stories and the players that come with the program. */
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { table } from '#report/table.ts'
import { installedScenarios, readScenario } from '../../../lab/scenario-file.ts'
import { printJson, styler } from '../../print.ts'

export function list({ json }: { readonly json?: boolean }): void {
  const scenarios = installedScenarios().map(path => {
    const { name, scenario } = readScenario(path)
    return { name, title: scenario.title, about: scenario.about.replace(/\s+/g, ' ').trim(), path }
  })
  const players = Object.entries(KNOWN_PLAYERS).map(([name, { about }]) => ({ name, about }))
  if (json) return printJson({ scenarios, players })
  const style = styler()
  const scenarioTable = table(
    scenarios,
    [
      { title: 'scenario', text: ({ name }) => name, emphasis: () => 'bold' },
      { title: '', text: ({ title }) => title },
    ],
    style,
  )
  const playerTable = table(
    players,
    [
      { title: 'player', text: ({ name }) => name, emphasis: () => 'bold' },
      { title: '', text: ({ about }) => about },
    ],
    style,
  )
  process.stdout.write(`${scenarioTable}\n${playerTable}`)
}

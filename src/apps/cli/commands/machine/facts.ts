/** `clockwright facts`: what this machine is, or the one of a copy, as far as its clock is concerned. */
import type { ConfigurationFile, Inventory } from '#core/guest/inventory.ts'
import { withoutSecretsDeep } from '#diagnosis/inventory/copy/secrets.ts'
import { shareable } from '#diagnosis/inventory/copy/share.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { inventoryText } from '#report/inventory.ts'
import { openMachine } from '../../../inventory/open.ts'
import { printJson, styler } from '../../print.ts'
import { Progress } from '../../progress.ts'

export async function facts(options: { root?: string; json?: boolean }): Promise<void> {
  const progress = new Progress()
  progress.show('Reading …')
  const inventory = withoutSecrets(takeInventory(await openMachine(options.root)))
  progress.clear()
  if (options.json) printJson(inventory)
  else process.stdout.write(inventoryText(inventory, styler()))
}

/** Output is mailed and pasted: a password in a configuration does not belong there. */
const withoutSecrets = (inventory: Inventory): Inventory => ({
  ...withoutSecretsDeep(inventory),
  daemons: withoutSecretsDeep(inventory.daemons).map(daemon => ({
    ...daemon,
    configuration: daemon.configuration.map(toShare),
    madeFrom: daemon.madeFrom && toShare(daemon.madeFrom),
  })),
})

const toShare = (file: ConfigurationFile): ConfigurationFile => ({
  ...file,
  text: shareable(file.path, file.text),
})

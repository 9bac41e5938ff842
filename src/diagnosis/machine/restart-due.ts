/**
 * A daemon goes on with the options that it was started with. What it runs with and its files do not say (any more) is not theirs to
 * mend, and what they say and it runs without begins with its next start: in both cases it is told so.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import { hasFlag } from '#core/guest/timekeepers.ts'
import type { Finding } from '../finding.ts'
import type { LintFile } from '../lint/file-kind.ts'
import { isOf } from '../repair/pause-remedy.ts'
import { evidenceOf, VALUED } from './subject.ts'

/** Findings as the linter makes them: their evidence names files by their index. */
export function withRestartDue(finding: Finding, judged: readonly LintFile[], inventory: Inventory): Finding {
  const file = judged[finding.evidence[0]?.file ?? -1]
  const flag = FLAGS[finding.name]
  const daemon = inventory.daemons.find(each => isOf(each, finding) && each.runs?.value)
  if (!flag || !daemon?.commandLine || !daemon.unit?.starts || !file) return finding
  const { edits: _, ...remedy } = finding.remedy
  if (file.kind === 'process')
    return {
      ...finding,
      remedy: {
        ...remedy,
        text: isOfAnother(daemon)
          ? `Take \`-${flag}\` out of what ${daemon.unit.starts.value[0]} starts, and restart ${daemon.name}.`
          : `Restart ${daemon.name}: its files do not say \`-${flag}\`, so that it comes back without.`,
        changes: [],
      },
    }
  return isYetToCome(finding, daemon)
    ? {
        ...finding,
        evidence: [...finding.evidence, ...evidenceOf(daemon.commandLine).slice(0, 1)],
        cost: `It runs without \`-${flag}\` as yet, and has it from its next start on. ${finding.cost}`,
      }
    : finding
}

/** Its unit starts something else, a script of somebody's, which gives it its options. */
export const isOfAnother = ({ commandLine, unit }: Pick<TimeDaemon, 'commandLine' | 'unit'>): boolean => {
  const [mine, started] = [commandLine, unit?.starts].map(each => each?.value[0]?.replace(/^.*\//, ''))
  return mine !== undefined && started !== undefined && mine !== started
}

/** Findings that an option brings. */
const FLAGS: Readonly<Partial<Record<Finding['name'], string>>> = { 'slew-only': 'x' }

/** Its files say it, and the daemon that runs was started before they did. */
export function isYetToCome(
  { name, what }: Finding,
  { runs, commandLine, unit }: Pick<TimeDaemon, 'runs' | 'commandLine' | 'unit'>,
): boolean {
  const flag = FLAGS[name]
  if (!flag || !what.includes(`\`-${flag}\``) || !runs?.value || !commandLine || !unit?.starts) return false
  const has = (words: readonly string[]): boolean => hasFlag(words.slice(1), flag, VALUED)
  return has(unit.starts.value) && !has(commandLine.value)
}

/**
 * A unit that the distribution brings is not edited: its next version would undo that. What a line of it is to say instead goes
 * into a drop-in below /etc (systemd.unit(5)): a list is begun anew by an empty value, and so are all conditions by an empty one.
 */
import type { UnitFacts } from '#core/guest/inventory.ts'
import { parseUnit, type UnitSetting } from '#dialects/linux/unit.ts'

const DISTRIBUTION =
  /^\/(?:usr\/(?:local\/)?lib|lib|run)\/systemd\/system\/([^/]+\.service)(\.d\/[^/]+\.conf)?$/

export const isOfDistribution = (path: string): boolean => DISTRIBUTION.test(path)

/** Where that file is overruled: a drop-in of the same name takes the place of a drop-in. */
export function overrulingPath(path: string): string {
  const [, unit, dropIn] = DISTRIBUTION.exec(path)!
  return `/etc/systemd/system/${unit}${dropIn ?? '.d/clockwright.conf'}`
}

/** A drop-in of our own that has the last word: systemd reads them in the order of their names, wherever they lie. */
export function lastDropIn({ name, files }: Pick<UnitFacts, 'name' | 'files'>): string {
  const [last = ''] = files
    .slice(1)
    .map(path => path.replace(/^.*\//, ''))
    .sort()
    .reverse()
  const own =
    ['clockwright.conf', 'zz-clockwright.conf'].find(each => each > last) ??
    `${last.replace(/\.conf$/, '')}.zz-clockwright.conf`
  return `/etc/systemd/system/${name}.d/${own}`
}

/** The text of that file. `there`: what it says already. */
export function overrulingText(
  path: string,
  before: string,
  after: string,
  there: string | undefined,
): string {
  if (DISTRIBUTION.exec(path)![2] !== undefined) return after
  const sections = sectionsThatDiffer(before, after).map(lines => lines.join('\n'))
  return `${[there?.trimEnd(), ...sections].filter(Boolean).join('\n\n')}\n`
}

function sectionsThatDiffer(before: string, after: string): string[][] {
  const [old, young] = [parseUnit(before, '').settings, parseUnit(after, '').settings]
  const names = new Set([...old, ...young].map(({ section }) => section))
  return [...names].flatMap(section => {
    const lines = linesThatDiffer(
      old.filter(each => each.section === section),
      young.filter(each => each.section === section),
    )
    return lines.length === 0 ? [] : [[`[${section}]`, ...lines]]
  })
}

function linesThatDiffer(old: readonly UnitSetting[], young: readonly UnitSetting[]): string[] {
  const lists = new Map([...old, ...young].map(({ key }) => [listOf(key), key]))
  return [...lists].flatMap(([list, key]) => {
    const [were, are] = [old, young].map(settings =>
      settings.filter(each => listOf(each.key) === list).map(each => `${each.key}=${each.value}`),
    )
    return were!.join('\n') === are!.join('\n')
      ? []
      : [`${key}=`, ...are!.filter(line => !line.endsWith('='))]
  })
}

/** Conditions of all kinds are one list, and assertions another. */
const listOf = (key: string): string => /^(?:Condition|Assert)/.exec(key)?.[0] ?? key

/**
 * The names of the months as logs write them: short, in English, or in the language of whoever asked the journal (`%b` in the
 * locales of the C library).
 */

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** German, French, Spanish, Italian, Portuguese, Dutch, Danish and Swedish, Polish, Czech, Russian: where a word is not English. */
const ELSEWHERE: readonly string[] = [
  'janv ene gen sty led янв',
  'févr fév lut úno фев',
  'mär mrz mars mrt bře мар',
  'avr avril abr kwi dub апр',
  'mai mag mei maj kvě мая май',
  'juin giu cze čen июн',
  'juil lug lip čec июл',
  'août ago sie srp авг',
  'sept set wrz zář сен сент',
  'okt out ott paź říj окт',
  'lis ноя нояб',
  'dez déc dic gru pro дек',
]

const BY_NAME: ReadonlyMap<string, number> = new Map(
  ELSEWHERE.flatMap((names, i) =>
    [MONTHS[i]!.toLowerCase(), ...names.split(' ')].map(name => [name, i + 1] as const),
  ),
)
/** Korean, Japanese, Chinese. */
const NUMBERED = /^(\d{1,2})[월月]$/u

/** From 1 on; undefined for what is none. */
export function monthOf(name: string): number | undefined {
  const number = Number(NUMBERED.exec(name)?.[1])
  if (number >= 1 && number <= 12) return number
  return BY_NAME.get(name.replace(/\.$/, '').toLowerCase())
}

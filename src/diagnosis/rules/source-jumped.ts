/** source-jumped: the offset against one source changed at once, and against the others it did not. */
import { duration, signed } from '#core/time/format.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const MOST = 10

export const sourceJumped: Rule = ({ disturbances, keeper, when, sourceName }) =>
  disturbances.sources
    .filter(each => Math.abs(each.size) > 0.01 && !each.restarted)
    .slice(0, MOST)
    .map(each => ({
      name: 'source-jumped' as const,
      severity: 'note' as const,
      from: each.from,
      to: each.to,
      what: `${each.sources.map(sourceName).join(', ')} jumped by ${signed(each.size)} between ${when(each.from)} and ${when(each.to)}; the others did not.`,
      measures: { size: each.size, uncertainty: each.uncertainty },
      evidence: each.lines.map(({ file, line }) => ({
        text: `offset changed by ${signed(each.size)}`,
        file,
        line,
      })),
      cost: `None while the others are heard. Alone it would have moved the clock by ${duration(Math.abs(each.size))}.`,
      causes: [
        { what: 'that server was stepped, or its machine was paused', why: 'nobody else saw it' },
        { what: 'the way to it became longer in one direction', why: 'if its delay changed too' },
      ],
      remedy: configure(keeper, 'Nothing now. If it comes back, replace that server.'),
      confirm: 'The log of that server.',
    }))

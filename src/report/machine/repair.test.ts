/** What is secret in a file is written as it stands, and shown nowhere. */
import { expect, test } from 'vitest'
import type { Plan } from '#diagnosis/repair/step.ts'
import { plain } from '../style.ts'
import { encodePlan, leftScreen, planScreen } from './repair.ts'

const grub = (kernel: string) =>
  `default=0\npassword --md5 opensesame\ntitle a\n  kernel /v ro rd.iscsi.password=opensesame ${kernel}\n`
const reasons = [{ finding: 'divider-ignored', text: 'The line has token=opensesame.' } as const]
const plan: Plan = {
  steps: [
    {
      title: 'Edit /boot/grub/grub.conf',
      reasons,
      change: {
        kind: 'file',
        path: '/boot/grub/grub.conf',
        before: grub('divider=10 quiet'),
        after: grub('quiet'),
      },
      risk: 'None.',
      proof: { kind: 'reads' },
      undone: 'The old file is put back, to the byte.',
    },
  ],
  advice: [
    {
      title: 'Edit /etc/x by hand',
      reasons,
      where: 'curl -u admin:opensesame',
      lines: ['line 3: password --md5 opensesame', 'kernel rd.iscsi.password=opensesame quiet'],
    },
  ],
}
const shown = { id: 'x', plan, machine: 'web1', decode: (bytes: string) => bytes }

test('in the plan for people, in that for programs, and in what is left', () => {
  const text = planScreen(shown, 100, plain)
  for (const each of [text, JSON.stringify(encodePlan(shown)), leftScreen(plan, plain)])
    expect(each).not.toContain('opensesame')
  expect(text).toContain('    password (removed)\n')
  expect(text).toContain('   -  kernel /v ro rd.iscsi.password=(removed) divider=10 quiet\n')
  expect(text).toContain('   +  kernel /v ro rd.iscsi.password=(removed) quiet\n')
  expect(encodePlan(shown).steps[0]?.change).toMatchObject({
    diff: expect.arrayContaining([' password (removed)']),
  })
})

test('and the change itself is exact', () => {
  expect(plan.steps[0]?.change).toMatchObject({ after: grub('quiet') })
})

test('of a crontab only the line that changes is shown: what other programs are given may be a secret without a name', () => {
  const jobs = (line: string) => `5 4 * * * root report opensesame\n${line}6 4 * * * root report opensesame\n`
  const change = {
    kind: 'file',
    path: '/etc/cron.d/jobs',
    before: jobs('0 * * * * root ntpdate pool.ntp.org\n'),
    after: jobs(''),
  } as const
  const crontab = { ...shown, plan: { steps: [{ ...plan.steps[0]!, change }], advice: [] } }
  for (const each of [planScreen(crontab, 100, plain), JSON.stringify(encodePlan(crontab))]) {
    expect(each).toContain('-0 * * * * root ntpdate pool.ntp.org')
    expect(each).not.toContain('opensesame')
  }
})

test('a file whose name has lines is named in one', () => {
  const change = {
    kind: 'file',
    path: '/etc/chrony.d/new\nline.conf',
    before: 'a\nb\n',
    after: 'a\nc\n',
  } as const
  const odd = { ...shown, plan: { steps: [{ ...plan.steps[0]!, change }], advice: [] } }
  expect(planScreen(odd, 100, plain)).toContain('   +++ /etc/chrony.d/new\\u{0a}line.conf\n')
  expect(encodePlan(odd).steps[0]?.change).toMatchObject({
    diff: [
      '--- /etc/chrony.d/new\\u{0a}line.conf',
      '+++ /etc/chrony.d/new\\u{0a}line.conf',
      '@@ -1,2 +1,2 @@',
      ' a',
      '-b',
      '+c',
    ],
  })
})

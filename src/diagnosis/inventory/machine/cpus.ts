/** The processors: how many, on which we may run, what is known of their counters, and how much of them is taken away. */
import { parseCpuList } from '#core/guest/cpu-list.ts'
import type { Files } from '#core/guest/files.ts'
import type { CpuFacts, Fact } from '#core/guest/inventory.ts'
import { at, fact, findLine, linesIn, wholeFile } from '../place.ts'

const TSC_FLAGS =
  /^(?:tsc|rdtscp|constant_tsc|nonstop_tsc|tsc_known_freq|tsc_reliable|tsc_adjust|tsc_deadline_timer|invtsc|art)$/

export function findCpus(files: Files): CpuFacts {
  const present = listIn(wholeFile(files, 'sys/devices/system/cpu/present'))
  const allowed = findLine(files, ['proc/self/status'], /^Cpus_allowed_list:\s*(\S+)/)
  const model = findLine(files, ['proc/cpuinfo'], /^(?:model name|Model|cpu model)\s*:\s*(.+)$/)
  const flags = findLine(files, ['proc/cpuinfo'], /^flags\s*:\s*(.*)$/)
  const tscFlags = flags?.match[1]?.split(/\s+/).filter(flag => TSC_FLAGS.test(flag))
  return {
    present: present ? fact(present.value.length, ...present.evidence) : countListed(files),
    online: listIn(wholeFile(files, 'sys/devices/system/cpu/online')),
    allowed: listIn(allowed && fact(allowed.match[1]!, allowed.place)),
    model: model && fact(model.match[1]!.trim(), model.place),
    tscFlags: tscFlags && fact(tscFlags, { ...flags!.place, text: `flags: … ${tscFlags.join(' ')} …` }),
    steal: findSteal(files),
  }
}

function listIn(said: Fact<string> | undefined): Fact<readonly number[]> | undefined {
  const list = said && parseCpuList(said.value)
  return list && fact(list, ...said.evidence)
}

function countListed(files: Files): Fact<number> | undefined {
  const listed = linesIn(files, 'proc/cpuinfo').filter(line => /^processor\s*:/.test(line)).length
  return listed > 0 ? fact(listed, at('proc/cpuinfo', `${listed} × processor`)) : undefined
}

/** user, nice, system, idle, iowait, irq, softirq, steal (proc(5)); the time of own guests behind them is in `user` already. */
function findSteal(files: Files): Fact<number> | undefined {
  const line = findLine(files, ['proc/stat'], /^cpu {1,2}(\d+(?: \d+){7})/)
  if (!line) return undefined
  const counts = line.match[1]!.split(' ').map(Number)
  const all = counts.reduce((sum, count) => sum + count, 0)
  return all > 0 ? fact(counts[7]! / all, line.place) : undefined
}

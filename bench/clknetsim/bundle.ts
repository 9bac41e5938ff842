/**
 * The agent under test as one file, made before anything is played: what is edited meanwhile does not matter, it starts
 * faster, and the agent of any commit can be tried.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The agent as it is in the working tree, or as it was in a commit. */
export function bundleAgent(commit?: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'clockwright-agent-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  const tree = commit === undefined ? ROOT : checkOut(commit, join(directory, 'tree'))
  const outfile = join(directory, 'agent.js')
  buildSync({
    entryPoints: [join(tree, 'bench/clknetsim/agent.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
  })
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  return outfile
}

/** Which agent that is. */
export function agentInWords(commit?: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  const known = git('rev-parse', '--short=7', commit ?? 'HEAD')
  const edited = commit === undefined && git('status', '--porcelain', 'src') !== ''
  return `clockwright at commit ${known}${edited ? ' with later edits' : ''}`
}

function checkOut(commit: string, to: string): string {
  mkdirSync(to)
  const archive = execFileSync('git', ['archive', commit, 'bench', 'src', 'package.json'], {
    cwd: ROOT,
    maxBuffer: 1 << 28,
  })
  execFileSync('tar', ['-x', '-C', to], { input: archive })
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'))
  return to
}

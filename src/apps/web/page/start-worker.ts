/**
 * Starts the page's workers. A script's address is not a text that anybody may make up: the policy of the page allows this one
 * maker of addresses, and it knows two.
 */
const SCRIPTS = { logs: '/logs-worker.js', lab: '/lab-worker.js' } as const

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL: (text: string) => string },
  ): { createScriptURL(text: string): string }
}

const known: readonly string[] = Object.values(SCRIPTS)
const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
const policy = policies?.createPolicy('workers', {
  createScriptURL: text => known.find(script => script === text) ?? '/no-such-worker.js',
})

export function startWorker(which: keyof typeof SCRIPTS): Worker {
  const script = SCRIPTS[which]
  return new Worker(policy?.createScriptURL(script) ?? script, { type: 'module' })
}

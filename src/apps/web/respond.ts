/** How every answer leaves: with the same protective headers, complete, and not to be kept. */
import type { ServerResponse } from 'node:http'

export interface Answer {
  readonly status: number
  readonly type?: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Data runs nothing and may not be framed, whatever a browser takes it for. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/**
 * The page runs its own script and style files and nothing inline, and can turn no text into markup; the one policy that it
 * may make names the workers that read logs and play the lab (page/start-worker.ts).
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types workers"

/** The worker that reads logs goes nowhere; of what it carries, xz is unpacked by WebAssembly. */
export const LOGS_WORKER_POLICY =
  "default-src 'none'; script-src 'wasm-unsafe-eval'; require-trusted-types-for 'script'"

const PROTECTION = {
  'Content-Security-Policy': DATA_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

export function respond(response: ServerResponse, answer: Answer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  // These two have no body by definition, and may not say how long it would be.
  const bodiless = answer.status === 304 || answer.status === 204
  response.writeHead(answer.status, {
    ...PROTECTION,
    ...(answer.type ? { 'Content-Type': answer.type } : {}),
    ...(bodiless ? {} : { 'Content-Length': body?.byteLength ?? 0 }),
    ...answer.headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** The head of an answer that goes on and on. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { ...PROTECTION, 'Content-Type': 'text/event-stream; charset=utf-8' })
}

export const json = (body: object, status = 200): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
})

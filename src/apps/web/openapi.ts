/** The API described for programs: OpenAPI 3.1, from the schemas that check the queries and shape the answers. */
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import * as schema from '#report/bodies.ts'

const CONFIG = { target: 'draft-2020-12' } as const

/** What several answers share is described once and referred to. */
const SHARED = {
  Status: schema.status,
  Sources: schema.sources,
  Source: schema.source,
  Record: schema.record,
  Events: schema.events,
  Series: schema.series,
  Refusal: schema.refusal,
}

export function describeApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'clockwright',
      version,
      description:
        "What the agent knows of this machine's clock. It only answers questions, but for what is told to /api/host-event. " +
        'Seconds are numbers, instants are decimal strings with nine digits, what is not known is null. ' +
        'An offset is positive when the clock of this machine is behind.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      '/api/status': get('What is believed of the clock now, and of the machine.', 'Status'),
      '/api/sources': get('What is known of each source.', 'Sources'),
      '/api/history': get('One quantity over time, in buckets, for plots.', 'Series', schema.historyQuery),
      '/api/events': get('What happened, in order of arrival.', 'Events', schema.eventsQuery),
      '/api/check': {
        get: {
          summary:
            'What `clockwright check --json` says of this machine, with the plan of `clockwright repair`.',
          description:
            'Takes some seconds; an answer is given again for a minute. As text: clockwright check.',
          responses: {
            200: { description: 'Facts, findings and the plan.', content: { 'application/json': {} } },
            503: refused,
          },
        },
      },
      '/api/stream': {
        get: {
          summary: 'Server-sent events: live.',
          description:
            '`status` once a second with a Status; `record` with a Record whenever one is written, with an id; `reset` when ' +
            'the id given in Last-Event-ID is too old to continue from. At most 16 readers; 503 beyond.',
          parameters: [
            ...parameters(schema.streamQuery),
            { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
          ],
          responses: {
            200: { description: 'Events without end.', content: { 'text/event-stream': {} } },
            400: refused,
            503: refused,
          },
        },
      },
      '/api/host-event': {
        post: {
          summary: 'Somebody outside says what was done to this machine.',
          description: 'Needs the secret that lies beside agent.json, for the user of the agent only.',
          security: [{ secret: [] }],
          parameters: parameters(schema.hostEventQuery),
          responses: {
            202: { description: 'Taken.' },
            400: refused,
            401: refused,
            503: refused,
          },
        },
      },
      '/api/openapi.json': {
        get: {
          summary: 'This description.',
          responses: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': {} } } },
        },
      },
      '/metrics': {
        get: {
          summary: 'Metrics in the text format of Prometheus.',
          responses: {
            200: { description: 'See docs/reference/metrics.md.', content: { 'text/plain': {} } },
          },
        },
      },
    },
    components: {
      securitySchemes: { secret: { type: 'http', scheme: 'bearer' } },
      schemas: toJsonSchemaDefs(SHARED, {
        ...CONFIG,
        overrideRef: ({ referenceId }) => reference(referenceId),
      }),
    },
  }
}

const reference = (name: string) => `#/components/schemas/${name}`

const body = (name: keyof typeof SHARED) => ({
  'application/json': { schema: { $ref: reference(name) } },
})

const refused = { description: 'Why not.', content: body('Refusal') }

type Query = v.StrictObjectSchema<v.ObjectEntries, undefined>

const get = (summary: string, answer: keyof typeof SHARED, query?: Query) => ({
  get: {
    summary,
    ...(query ? { parameters: parameters(query) } : {}),
    responses: {
      200: { description: summary, content: body(answer) },
      ...(query ? { 400: refused } : {}),
    },
  },
})

function parameters(query: Query): object[] {
  const { properties = {}, required = [] } = toJsonSchema(query, CONFIG)
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string }
    return { name, in: 'query', required: required.includes(name), description, schema: rest }
  })
}

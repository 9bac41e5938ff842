/** A thread that reads stretches of files, one after the other, and does not run far ahead of whoever listens. */
import { parentPort } from 'node:worker_threads'
import { type Answer, type Assignment, tellStretch } from './answer.ts'
import { type Emptied, Spare } from './parcel.ts'
import type { Stretch } from './stretch.ts'

export type Order =
  | { readonly index: number; readonly stretch: Stretch }
  /** Has been looked at. */
  | { readonly emptied: readonly Emptied[] }
  /** Nobody wants it any more. */
  | { readonly drop: number }

/** Blocks on their way at most; of the largest, 24 MB. */
const MOST_ON_THEIR_WAY = 96

const port = parentPort!
const spare = new Spare()
const waiting: Assignment[] = []
let onTheirWay = 0
let working = false
let goOn = () => {}

port.on('message', (order: Order) => {
  if ('emptied' in order) {
    for (const each of order.emptied) spare.give(each)
    onTheirWay -= order.emptied.length
    goOn()
  } else if ('drop' in order) waiting.find(({ index }) => index === order.drop)?.drop.abort()
  else {
    waiting.push({ ...order, drop: new AbortController() })
    if (!working) void work()
  }
})

async function work(): Promise<void> {
  working = true
  for (let next = waiting[0]; next; next = waiting[0]) {
    await tellStretch(next, { spare, hear, room })
    waiting.shift()
  }
  working = false
}

function hear(answer: Answer, memory: ArrayBuffer[]): void {
  onTheirWay += memory.length
  port.postMessage(answer, memory)
}

async function room(): Promise<void> {
  // What comes back is heard between two turns.
  await new Promise(setImmediate)
  while (onTheirWay > MOST_ON_THEIR_WAY)
    await new Promise<void>(resolve => {
      goOn = resolve
    })
}

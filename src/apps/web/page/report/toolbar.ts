/** Buttons for what to look at, and the hosts with their colours. */
import { utc } from '../words/time.ts'
import { colourOf } from './lines.ts'
import { make } from './make.ts'
import type { Offset, Scaling, View } from './view.ts'

const ZOOM = 0.5
const PAN = 0.5

export function toolbar(view: View, png: () => void): HTMLElement {
  const { steady } = view
  const buttons = [
    group('Time', [
      button(
        'Full run',
        () => view.zoomTo(view.whole),
        () => sameSpan(view, view.whole),
      ),
      ...(steady
        ? [
            button(
              'Steady part',
              () => view.zoomTo(steady),
              () => sameSpan(view, steady),
              {
                title: `the longest stretch without an offset far above the usual: ${utc(steady.from)} to ${utc(steady.to)} UTC`,
              },
            ),
          ]
        : []),
    ]),
    group('Move', [
      button('+', () => view.zoomBy(ZOOM), undefined, { 'aria-label': 'Zoom in' }),
      button('−', () => view.zoomBy(1 / ZOOM), undefined, { 'aria-label': 'Zoom out' }),
      button('◀', () => view.panBy(-PAN), undefined, { 'aria-label': 'Earlier' }),
      button('▶', () => view.panBy(PAN), undefined, { 'aria-label': 'Later' }),
    ]),
    choice<Scaling>('Scale', ['linear', 'logarithmic'], {
      now: () => view.scaling,
      set: scaling => view.set({ scaling }),
      text: each => each,
    }),
    ...(view.hosts.some(({ measured }) => measured) && view.hosts.some(({ taken }) => taken)
      ? [
          choice<Offset>('Offset', ['measured', 'taken'], {
            now: () => view.offset,
            set: offset => view.set({ offset }),
            text: each => (each === 'measured' ? 'against sources' : 'as its daemon took it'),
          }),
        ]
      : []),
    group('Keep', [button('Save as PNG', png)]),
  ]
  const bar = make('div', { class: 'tools', role: 'toolbar', 'aria-label': 'What the plots show' })
  bar.append(...buttons.map(({ element }) => element))
  const refresh = () => {
    for (const each of buttons) each.refresh()
  }
  view.onChange(refresh)
  refresh()
  return bar

  function choice<T extends string>(
    label: string,
    all: readonly T[],
    of: { now: () => T; set: (value: T) => void; text: (value: T) => string },
  ) {
    return group(
      label,
      all.map(each =>
        button(
          of.text(each),
          () => of.set(each),
          () => of.now() === each,
        ),
      ),
      true,
    )
  }
}

interface Refreshed {
  readonly element: HTMLElement
  readonly refresh: () => void
}

function button(
  text: string,
  act: () => void,
  pressed?: () => boolean,
  attributes: Readonly<Record<string, string>> = {},
): Refreshed {
  const element = make('button', { type: 'button', ...attributes }, text)
  element.addEventListener('click', act)
  return {
    element,
    refresh: () => {
      if (pressed) element.setAttribute('aria-pressed', String(pressed()))
    },
  }
}

function group(label: string, members: readonly Refreshed[], named = false): Refreshed {
  const element = make('div', { class: 'group', role: 'group', 'aria-label': label })
  if (named) element.append(make('span', { class: 'soft' }, label))
  element.append(...members.map(each => each.element))
  return {
    element,
    refresh: () => {
      for (const each of members) each.refresh()
    },
  }
}

const sameSpan = ({ window }: View, { from, to }: View['window']): boolean =>
  Math.abs(window.from - from) + Math.abs(window.to - to) < 0.001 * (to - from)

/** One host needs no legend. */
export function legend(view: View): HTMLElement {
  const list = make('ul', { class: 'hosts', 'aria-label': 'Hosts' })
  if (view.hosts.length < 2) {
    list.hidden = true
    return list
  }
  for (const [i, { name }] of view.hosts.entries()) {
    const box = make('input', { type: 'checkbox' })
    box.checked = !view.hidden.has(i)
    box.addEventListener('change', () => view.toggle(i))
    list.append(make('li', {}, make('label', {}, box, swatch(i), ` ${name}`)))
  }
  return list
}

function swatch(host: number): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 20 6')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('swatch')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', 'M0 3h20')
  line.setAttribute('stroke', `var(${colourOf(host)})`)
  line.setAttribute('stroke-width', '4')
  svg.append(line)
  return svg
}

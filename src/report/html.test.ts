import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { element } from './chart/svg.ts'
import { jsonForScript, printHtml, textOf } from './html.ts'

const nastyUnit = fc.constantFrom(...'<>"&\'/!-a é\u0000\n\u2028\u0085😀')
const nasty = fc.string({ unit: nastyUnit })

describe('HTML', () => {
  test('text and attributes are escaped', () => {
    const hostile = `<script>alert("1")</script>'&\u0007`
    expect(printHtml(element('p', { title: hostile }, hostile))).toBe(
      `<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'&amp;\ufffd">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'&amp;\ufffd</p>`,
    )
  })

  test('only void elements have no end', () => {
    expect(printHtml(element('p', {}, 'a', element('br'), element('b')))).toBe('<p>a<br><b></b></p>')
    expect(printHtml(element('td', { class: undefined }))).toBe('<td></td>')
  })

  test('no text becomes markup', () => {
    fc.assert(
      fc.property(nasty, text => {
        const printed = printHtml(element('p', { title: text }, text))
        expect(printed.match(/[<>]/g)).toEqual(['<', '>', '<', '>'])
        expect(printed.match(/"/g)).toHaveLength(2)
      }),
    )
  })

  test('the text of a tree is what it says', () =>
    expect(textOf(element('p', {}, 'a ', element('b', {}, 'c')))).toBe('a c'))
})

describe('JSON in a script', () => {
  test('closes and opens nothing, and is the same value', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: nastyUnit }), text => {
        const value: unknown = JSON.parse(text)
        const written = jsonForScript(value)
        expect(written).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(jsonForScript({ a: '</script><!--' })).toBe('{"a":"\\u003c/script\\u003e\\u003c!--"}')
  })

  test('has null for what is not finite', () => expect(jsonForScript([Number.NaN])).toBe('[null]'))
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openHandoffs, withHandoff } from '../../scripts/policy/handoffs.ts'
import { formatTask, parseTask } from '../../scripts/policy/task.ts'
import { aTask } from '../support/tasks.ts'

const NOW = '2026-01-02T03:04:05.000Z'
const note = {
  from: 'add-cart',
  files: ['src/db/pool.ts', 'src/a b.ts'],
  note: 'export max\n\nwhy: cart',
  createdAt: NOW,
}

describe('notes in a task file', () => {
  it('are readable as they stand', () => {
    const text = formatTask(aTask({ id: 'db', handoffs: withHandoff([], note) }))
    expect(text).toContain(
      `## Handed over\n\n### 1 from add-cart, ${NOW}, open\n\n- src/db/pool.ts\n- src/a b.ts\n\n> export max\n>\n> why: cart\n\n## Context\n`,
    )
  })

  it('leave a task without any as it was written before', () => {
    expect(formatTask(aTask({ id: 'db' }))).not.toContain('Handed over')
  })

  it('survive writing and reading, whatever they hold', () => {
    const word = fc.constantFrom(
      'x',
      '## Context',
      '### 2 from a, b, open',
      '- y',
      '> z',
      '1. w',
      '',
      ' ',
      '---',
      '## Steps',
      'é',
    )
    const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((lines) => `note ${lines.join('\n')}`.trim())
    const handoff = fc.record({
      from: fc.constantFrom('a', 'add-cart'),
      files: fc.array(fc.constantFrom('src/a.ts', 'src/[id]/- b.ts', '## Context'), { minLength: 1, maxLength: 3 }),
      note: text,
      createdAt: fc.constant(NOW),
      isDone: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(handoff, { maxLength: 3 }), text, (list, context) => {
        const handoffs = list.map(({ isDone, ...rest }, index) => ({
          number: index + 1,
          ...rest,
          doneAt: isDone ? NOW : null,
        }))
        const task = aTask({ id: 'db', handoffs, context })
        expect(parseTask(formatTask(task), 'db.md')).toEqual(task)
      }),
    )
  })

  it('are numbered on, and what is none is named', () => {
    const two = withHandoff(withHandoff([], note), { ...note, note: ' second\r\nline ' })
    expect(two.map(({ number }) => number)).toEqual([1, 2])
    expect(two[1]?.note).toBe('second\nline')
    expect(openHandoffs([{ ...two[0], doneAt: NOW } as (typeof two)[0], ...two.slice(1)])).toHaveLength(1)
    const text = formatTask(aTask({ id: 'db', handoffs: two })).replace('- src/db/pool.ts', 'src/db/pool.ts')
    expect(() => parseTask(text, 'db.md')).toThrow('"## Handed over" holds "src/db/pool.ts"')
  })
})

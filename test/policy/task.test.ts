import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTask, parseTask } from '../../scripts/policy/task.ts'
import { aTask } from '../support/tasks.ts'

describe('a task file', () => {
  it('reads back as it was written', () => {
    const line = fc
      .string({ maxLength: 40 })
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => text !== '')
    const pattern = fc.constantFrom('src/auth', 'src/[id]/**', 'it’s #1', 'a: b', '- x', 'true', '1.0')
    const task = fc.record({
      title: line,
      allow: fc.array(pattern),
      deny: fc.array(pattern),
      steps: fc.array(line),
      context: line,
    })
    fc.assert(
      fc.property(task, (part) => {
        const written = aTask({
          id: 'add-auth',
          ...part,
          dependsOn: ['x'],
          migrations: 'dev',
          tables: ['users'],
          state: 'landed',
        })
        expect(parseTask(formatTask(written), 'add-auth.md')).toEqual(written)
      }),
    )
  })

  const good = formatTask(aTask({ id: 'add-auth' }))
  const broken: [string, string, string][] = [
    ['no front matter', 'hello', 'add-auth.md, line 1: it does not start with YAML front matter'],
    ['bad YAML', good.replace('title: Do add-auth', 'title: "open'), 'line'],
    ['a key that is none', good.replace('deny:', 'denied:'), 'line 8: "denied": is not a known key'],
    ['a wrong type', good.replace('state: open', 'state: maybe'), 'line 14: "state"'],
    ['a scope that is everything', good.replace('src/add-auth', '"**"'), 'is the whole repository'],
    ['a glob that escapes', good.replace('src/add-auth', '../other'), '. or ..'],
    ['an id that escapes', good.replace('id: add-auth', 'id: ../x'), 'The task id "../x"'],
    [
      'a branch that is the base',
      good.replace('branch: task/add-auth', 'branch: main'),
      'branch and base are both "main"',
    ],
    [
      'a dependency on itself',
      good.replace('depends-on: []', 'depends-on: [add-auth]'),
      'depends-on names the task itself',
    ],
  ]
  it.each(broken)('%s is named', (_name, text, message) => {
    expect(() => parseTask(text, 'add-auth.md')).toThrow(message)
  })
})

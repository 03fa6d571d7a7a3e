import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LanekeeperError } from '../../scripts/policy/errors.ts'
import { defaultSettings, parseSettings, settingsJsonSchema } from '../../scripts/policy/settings.ts'

describe('lanekeeper.json', () => {
  it('has a default for everything', () => {
    expect(defaultSettings()).toMatchObject({
      worktrees: '../{{repo}}.worktrees/{{task}}',
      gate: 'base',
      ports: { size: 10 },
    })
  })

  const broken: [string, string, string][] = [
    ['not JSON', '{\n  "base": "main",\n}', 'lanekeeper.json, line 3: not JSON'],
    ['cut off', '{\n  "base": "main"', 'line 2: not JSON'],
    ['empty', '', 'line 1: not JSON'],
    ['an unknown key', '{\n\n  "bases": "main"\n}', 'line 3: "bases": is not a known key'],
    [
      'an unknown key below',
      '{ "ports": {\n "sizes": 1 } }',
      'line 2: "ports.sizes": is not a known key; did you mean "size"',
    ],
    ['a slip in a list', '{ "migrations": [{ "prest": "knex" }] }', 'did you mean "preset"'],
    [
      'a slip below a name of yours',
      '{ "databases": { "dev": { "vars": ["A"], "migrte": [] } } }',
      'did you mean "migrate"',
    ],
    ['a wrong type', '{\n  "base": 7\n}', 'line 2: "base": invalid input'],
    ['a wrong word', '{\n  "gate": "off"\n}', 'line 2: "gate"'],
    ['a range upside down', '{\n  "ports": {\n    "range": [30000, 20000] }\n}', 'line 3: "ports.range"'],
    [
      'a service outside its block',
      '{ "ports": { "services": {\n "PORT": 10 } } }',
      'line 2: "ports.services.PORT" must be 0 to 9',
    ],
    ['a bad pattern', '{ "protected": ["../x"] }', '. or ..'],
  ]
  it.each(broken)('%s: line and reason', (_name, text, message) => {
    expect(() => parseSettings(text, 'lanekeeper.json')).toThrow(message)
    expect(() => parseSettings(text, 'lanekeeper.json')).toThrow(LanekeeperError)
  })

  it('has a JSON schema that is made from the same rules', () => {
    const committed = readFileSync(join(import.meta.dirname, '../../lanekeeper.schema.json'), 'utf8')
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(settingsJsonSchema())))
  })
})

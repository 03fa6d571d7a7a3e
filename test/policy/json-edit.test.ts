import { expect, test } from 'vitest'
import { removeMember, setMember } from '../../scripts/policy/json-edit.ts'

const set = (text: string) => setMember(text, ['scripts', 'prepare'], 'x && y')

const insertions: [name: string, before: string, after: string][] = [
  [
    'after the last script, in the file’s own indentation',
    '{\n    "scripts": {\n        "test": "t"\n    },\n    "files": ["dist", "a"]\n}\n',
    '{\n    "scripts": {\n        "test": "t",\n        "prepare": "x && y"\n    },\n    "files": ["dist", "a"]\n}\n',
  ],
  [
    'with tabs',
    '{\n\t"scripts": {\n\t\t"a": "b"\n\t}\n}',
    '{\n\t"scripts": {\n\t\t"a": "b",\n\t\t"prepare": "x && y"\n\t}\n}',
  ],
  [
    'with CRLF',
    '{\r\n  "scripts": {\r\n    "a": "b"\r\n  }\r\n}\r\n',
    '{\r\n  "scripts": {\r\n    "a": "b",\r\n    "prepare": "x && y"\r\n  }\r\n}\r\n',
  ],
  [
    'into no scripts at all',
    '{\n  "name": "p"\n}\n',
    '{\n  "name": "p",\n  "scripts": {\n    "prepare": "x && y"\n  }\n}\n',
  ],
  ['into an object on one line', '{ "scripts": { "a": "b" } }', '{ "scripts": { "a": "b", "prepare": "x && y" } }'],
  ['into an empty file', '{}\n', '{\n  "scripts": {\n    "prepare": "x && y"\n  }\n}\n'],
]

test.each(insertions)('inserts %s and takes it out without a trace', (_name, before, after) => {
  expect(set(before)).toBe(after)
  expect(removeMember(after, ['scripts', 'prepare'])).toBe(before)
})

test('replaces a value and nothing else', () => {
  const text = '{"scripts":{\n "prepare" :  "husky" , "b": "c"},"x":[1,\n2]}'
  expect(set(text)).toBe(text.replace('"husky"', '"x && y"'))
})

test('takes out the first of several', () => {
  expect(removeMember('{\n  "scripts": {\n    "prepare": "p",\n    "b": "c"\n  }\n}', ['scripts', 'prepare'])).toBe(
    '{\n  "scripts": {\n    "b": "c"\n  }\n}',
  )
})

test('leaves a text alone that is no JSON object', () => {
  expect(set('[1]')).toBe('[1]')
  expect(set('{"scripts": ')).toBe('{"scripts": ')
  expect(removeMember('{}', ['scripts', 'prepare'])).toBe('{}')
})

import { expect, it } from 'vitest'
import { problemWithRemote } from '../../scripts/policy/remote-name.ts'
import { parseSettings } from '../../scripts/policy/settings.ts'

it.each(['origin', 'up-stream', 'a.b', '_x'])('%s is a name', (name) => {
  expect(problemWithRemote(name)).toBeNull()
  expect(parseSettings(JSON.stringify({ remote: name }), 'x').remote).toBe(name)
})

it.each(['', '--upload-pack=x', 'git@host:x', 'https://host/x', '../hub', 'a..b', 'a.lock', 'a.', 'a b'])(
  '%j is none',
  (name) => {
    expect(problemWithRemote(name)).toMatch(/git/)
    expect(() => parseSettings(`{\n"remote": ${JSON.stringify(name)}}`, 'x')).toThrow(/line 2: "remote" /)
  },
)

import { expect, test } from 'vitest'
import { installScriptOf, withoutScripts, withScripts } from '../../../scripts/policy/adoption/package-scripts.ts'

const prepares: [name: string, before: string | undefined, after: string][] = [
  ['none', undefined, 'lanekeeper install || exit 0'],
  ['husky', 'husky', 'husky && (lanekeeper install || exit 0)'],
  ['husky that may fail', 'husky || true', 'husky || true && (lanekeeper install || exit 0)'],
  ['a build', 'npm run build && husky', 'npm run build && husky && (lanekeeper install || exit 0)'],
  ['one that has it', 'husky && lanekeeper install', 'husky && lanekeeper install'],
]

test('our own scripts run the build and are left alone', () => {
  const manifest = { name: 'lanekeeper', scripts: { prepare: 'node prepare.mjs' } }
  const text = JSON.stringify(manifest)
  expect(withScripts(text, manifest, 'prepare', true)).toBe(text)
})

test.each(prepares)('prepare after %s', (_name, before, after) => {
  const manifest = { name: 'p', scripts: { test: 't', ...(before ? { prepare: before } : {}) } }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  const written = withScripts(text, manifest, 'prepare', false)
  expect(JSON.parse(written).scripts).toMatchObject({ test: 't', prepare: after, 'new-task': 'lanekeeper new-task' })
  expect(withScripts(written, JSON.parse(written), 'prepare', false)).toBe(written)
  if (before !== after) expect(withoutScripts(written, JSON.parse(written))).toBe(text)
})

test('a new-task script of the project’s own stays, coming and going', () => {
  const manifest = { scripts: { 'new-task': 'plop' } }
  const written = withScripts(JSON.stringify(manifest), manifest, 'prepare', false)
  expect(JSON.parse(written).scripts['new-task']).toBe('plop')
  expect(JSON.parse(withoutScripts(written, JSON.parse(written)))).toEqual(manifest)
})

test('yarn 2 and later run postinstall, and only a private package may have it', () => {
  expect(installScriptOf({ private: true }, true)).toBe('postinstall')
  expect(installScriptOf({}, true)).toBe('prepare')
  expect(installScriptOf({ private: true }, false)).toBe('prepare')
})

test('new-migration comes where there are migrations, and goes with the rest', () => {
  const manifest = { name: 'p', scripts: { test: 't' } }
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  expect(JSON.parse(withScripts(text, manifest, 'prepare', false)).scripts['new-migration']).toBeUndefined()
  const written = withScripts(text, manifest, 'prepare', true)
  expect(JSON.parse(written).scripts['new-migration']).toBe('lanekeeper new-migration')
  expect(withoutScripts(written, JSON.parse(written))).toBe(text)
})

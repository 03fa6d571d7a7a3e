import { describe, expect, it } from 'vitest'
import { devServerOf } from '../../scripts/policy/frameworks.ts'

const SCRIPTS = {
  dev: 'vite',
  start: 'next start',
  full: 'prisma generate && cross-env DEBUG=1 next dev --turbopack',
  outer: 'npm run dev',
  story: 'storybook dev',
  piped: 'vite | tee log',
  both: 'concurrently "vite" "node api.js"',
  loop: 'npm run loop',
  test: 'vitest',
  fixed: 'vite --port 3000',
}

const added = (line: string) => devServerOf(line.split(' '), 20010, SCRIPTS)?.words.join(' ') ?? null

describe('a dev server gets its strict port', () => {
  it.each([
    ['vite', 'vite --port 20010 --strictPort'],
    ['vite dev --host', 'vite dev --host --port 20010 --strictPort'],
    ['vite preview', 'vite preview --port 20010 --strictPort'],
    ['vite apps/web', 'vite apps/web --port 20010 --strictPort'],
    ['./node_modules/.bin/vite', './node_modules/.bin/vite --port 20010 --strictPort'],
    ['npx vite', 'npx vite --port 20010 --strictPort'],
    ['npx --no vite', 'npx --no vite --port 20010 --strictPort'],
    ['pnpm exec vite', 'pnpm exec vite --port 20010 --strictPort'],
    ['pnpm vite', 'pnpm vite --port 20010 --strictPort'],
    ['NODE_ENV=x vite', 'NODE_ENV=x vite --port 20010 --strictPort'],
    ['cross-env A=b vite', 'cross-env A=b vite --port 20010 --strictPort'],
    ['dotenv -e .env -- vite', 'dotenv -e .env -- vite --port 20010 --strictPort'],
    ['next dev', 'next dev -p 20010'],
    ['next', 'next -p 20010'],
    ['next start', 'next start -p 20010'],
    ['react-router dev', 'react-router dev --port 20010 --strictPort'],
    ['astro dev', 'astro dev --port 20010'],
    ['nuxt dev', 'nuxt dev --port 20010 --strictPort'],
    ['storybook dev', 'storybook dev -p 20010 --exact-port'],
    ['ng serve', 'ng serve --port 20010'],
    ['expo start', 'expo start --port 20010'],
  ])('%s', (line, expected) => expect(added(line)).toBe(expected))
})

describe('also through the scripts of package.json', () => {
  it.each([
    ['npm run dev', 'npm run dev -- --port 20010 --strictPort'],
    ['npm run dev -- --host', 'npm run dev -- --host --port 20010 --strictPort'],
    ['npm start', 'npm start -- -p 20010'],
    ['npm run full', 'npm run full -- -p 20010'],
    ['npm run outer', 'npm run outer -- -- --port 20010 --strictPort'],
    ['npm run fixed', 'npm run fixed -- --port 20010 --strictPort'],
    ['pnpm dev', 'pnpm dev --port 20010 --strictPort'],
    ['pnpm run dev', 'pnpm run dev --port 20010 --strictPort'],
    ['yarn dev', 'yarn dev --port 20010 --strictPort'],
    ['bun run story', 'bun run story -p 20010 --exact-port'],
  ])('%s', (line, expected) => expect(added(line)).toBe(expected))
})

it.each(['vite build', 'vite --help', 'next build', 'astro build', 'npm run test', 'npm test', 'npm run piped'])(
  '%s is no dev server',
  (line) => expect(added(line)).toBeNull(),
)

it.each([
  'npm run both',
  'npm run loop',
  'npm run nosuch',
  'npm ci',
  'node server.js',
  'git status',
  'storybook build',
])('%s is none that we know', (line) => expect(added(line)).toBeNull())

it.each(['vite --port 5173', 'next dev -p 3000', 'npm run dev -- --port=4000'])(
  '%s keeps the port that the user chose',
  (line) =>
    expect(devServerOf(line.split(' '), 20010, SCRIPTS)).toMatchObject({ isOnOurPort: false, words: line.split(' ') }),
)

import { defineConfig } from 'vitest/config'
// @ts-expect-error: a build script, plain JavaScript
import { viteTemplates } from './templates/compile.mjs'
import { LongestFirst } from './test/support/longest-first.ts'

const project = (name: string, include: string[], testTimeout: number, more: { globalSetup?: string } = {}) => ({
  plugins: [viteTemplates],
  test: { name, include, testTimeout, hookTimeout: testTimeout, env: { NO_COLOR: '1' }, ...more },
})

export default defineConfig({
  test: {
    // two cores; a third file waits for servers and timeouts of its own while two compute
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('fast', ['test/policy/**/*.test.ts', 'test/simulator/*.test.ts', 'test/*.test.ts'], 10_000),
      project('git', ['test/{system,hooks,scripts,generators}/**/*.test.ts'], 60_000, {
        globalSetup: 'test/support/postgres-setup.ts',
      }),
      project('package', ['test/package/**/*.test.ts'], 240_000),
      project('real', ['test/real/**/*.test.ts'], 240_000, {
        globalSetup: 'test/support/postgres-setup.ts',
      }),
    ],
  },
})

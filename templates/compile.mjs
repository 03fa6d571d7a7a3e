/** Turns `*.hbs` into modules at build time, for esbuild and for vitest alike: no template compiler in a hook. */
import { readFile } from 'node:fs/promises'
import handlebars from 'handlebars'

/** The module text of one template. */
export async function compileTemplate(path) {
  const source = await readFile(path, 'utf8')
  const code = handlebars.precompile(source, { noEscape: true, strict: true, knownHelpersOnly: true })
  return `import runtime from 'handlebars/runtime.js'\nexport default runtime.template(${code})\n`
}

/** The esbuild plugin. */
export const esbuildTemplates = {
  name: 'hbs',
  setup(build) {
    build.onLoad({ filter: /\.hbs$/ }, async ({ path }) => ({ contents: await compileTemplate(path), loader: 'js' }))
  },
}

/** The vite (vitest) plugin. */
export const viteTemplates = {
  name: 'hbs',
  enforce: 'pre',
  async load(id) {
    return id.endsWith('.hbs') ? compileTemplate(id) : null
  },
}

/** `new-project`: for people who start from nothing. */

import { type MadeProject, makeProject } from './adoption/make-project.ts'
import { type Command, commonOptions, flag, type Session, textOption } from './command.ts'
import { goTo } from './where-to.ts'

export const command: Command = {
  summary: 'Makes a small but real project (HTTP server, SQLite, migrations, tests), wired with Lanekeeper.',
  usage: '<directory> [--name NAME] [--no-install]',
  options: {
    name: { type: 'string', value: 'NAME', help: 'Name of the package; default: that of the directory' },
    'no-install': { type: 'boolean', help: 'Do not run npm install' },
    yes: commonOptions.yes,
  },
  positionals: [1, 1],
  examples: ['npx lanekeeper new-project notes', 'npx lanekeeper new-project ~/code/notes --no-install'],
  run: async (input, session) => {
    const [directory = ''] = input.positionals
    const install = !flag(input, 'no-install')
    const made = await makeProject(session, { directory, name: textOption(input, 'name'), install })
    return { json: { ok: true, project: made }, text: nextSteps(made, session) }
  },
}

/** Where to go from a new project. */
export function nextSteps({ path, name, isInstalled }: MadeProject, session: Pick<Session, 'cwd' | 'env'>): string {
  return [
    `Project ${name} is in ${path}`,
    '',
    'Next:',
    `  ${goTo(path, session)}`,
    ...(isInstalled ? [] : ['  npm install && npm run migrate']),
    '  npm test',
    '  npm run new-task',
  ].join('\n')
}

import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'uninstall',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('uninstall is not written yet')
  },
}

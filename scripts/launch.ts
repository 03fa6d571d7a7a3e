import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'launch',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('launch is not written yet')
  },
}

import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'new-task',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('new-task is not written yet')
  },
}

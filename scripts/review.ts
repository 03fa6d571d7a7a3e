import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'review',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('review is not written yet')
  },
}

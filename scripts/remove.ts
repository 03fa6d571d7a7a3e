import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'remove',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('remove is not written yet')
  },
}

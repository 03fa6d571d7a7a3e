import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'accept',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('accept is not written yet')
  },
}

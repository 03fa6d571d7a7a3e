import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'run',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('run is not written yet')
  },
}

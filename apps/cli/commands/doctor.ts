// `graft doctor`: its words.
import { defineCommand } from '../command.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Whether Graft works on this machine, and how fast',
  args: [],
  flags: {
    device: { default: 'auto', values: ['auto', 'cpu', 'wasm'], help: 'What to compute on.' },
    speed: { default: true, help: 'Measure for two seconds how fast it computes and trains.' },
  },
  examples: [
    { line: 'graft doctor', does: 'device, memory, disk, backbones, speed' },
    { line: 'graft doctor --no-speed --json', does: 'for a program, without measuring' },
  ],
  run: async ({ flags }, context) => (await import('../doctor/doctor.ts')).examine(flags, context),
});

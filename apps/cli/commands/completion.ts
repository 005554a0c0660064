// `graft completion`: its words.
import { defineCommand } from '../command.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'A script with which bash, zsh or fish complete graft',
  args: [{ name: 'shell', help: 'Which shell it is for.', values: ['bash', 'zsh', 'fish'] }],
  flags: {},
  examples: [
    { line: 'graft completion bash > ~/.local/share/bash-completion/completions/graft', does: 'bash' },
    { line: 'graft completion zsh > ~/.zfunc/_graft', does: 'zsh, with ~/.zfunc in $fpath' },
    { line: 'graft completion fish > ~/.config/fish/completions/graft.fish', does: 'fish' },
  ],
  run: async ({ args }, context) => (await import('../completion/completion.ts')).printCompletion(args[0] as string, context),
});
